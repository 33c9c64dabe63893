import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { text as readAll } from 'node:stream/consumers';
import { hashPassword } from '../../server/security/password-hash.ts';
import { ROLES, type Role } from '../../server/security/roles.ts';
import {
  formatTopicRule,
  parseTopicRule,
  RULE_WORD,
  type TopicRule,
} from '../../server/security/topic-rules.ts';
import {
  digestToken,
  formatUserLine,
  parseUsers,
  type CredentialKind,
  type UserLine,
} from '../../server/security/users.ts';
import { reportProblems, type Command, type Surroundings } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import type { Settings } from '../settings.ts';

const FILE_DEFAULT = 'millrace-users';
const ACTIONS = ['add', 'remove', 'list', 'allow', 'disallow'] as const;
const PASSWORD_LENGTH_MIN = 8;
const HEAD =
  '# Users of a Millrace server: name role kind secret; and allow who operations topic. Kept by `millrace user`.\n';

/** `millrace user add|remove|list|allow|disallow`: keeps the file of those who may log in, and of what they may touch. */
export const user: Command = {
  name: 'user',
  usage: 'millrace user add|remove|list [NAME], millrace user allow|disallow WHO OPERATIONS TOPIC',
  summary: 'keeps the file of users a server lets in',
  flags: [
    {
      name: 'users',
      value: 'FILE',
      variable: 'MILLRACE_USERS',
      summary: `the users file (default ./${FILE_DEFAULT})`,
    },
    {
      name: 'role',
      value: 'ROLE',
      summary: `what the user may do: ${ROLES.join(', ')} (default read)`,
    },
    { name: 'token', summary: 'make a token and show it once, instead of reading a password' },
    {
      name: 'certificate',
      value: 'NAME',
      summary: 'the common name of a client certificate, instead of a password',
    },
  ],

  async run(settings, surroundings) {
    const [action = '', name, ...more] = settings.positionals;
    const known = ACTIONS.find((word) => word === action);
    if (known === undefined)
      settings.refuse(`Say one of ${ACTIONS.join(', ')}; found "${action}".`);
    if (known !== undefined && known !== 'list' && name === undefined)
      settings.refuse('Name a user.');
    const isRule = known === 'allow' || known === 'disallow';
    const rule = isRule ? parseTopicRule([RULE_WORD, name, ...more].join(' ')) : null;
    if (typeof rule === 'string') settings.refuse(`This is no rule: ${rule}.`);
    if (more.length > 0 && !isRule)
      settings.refuse(`One user at a time; found "${more.join(' ')}" as well.`);
    const role = settings.choice('role', ROLES) ?? 'read';
    const path = settings.text('users') ?? FILE_DEFAULT;
    const file = readUsersFile(path);
    for (const problem of file.problems) settings.refuse(problem);
    if (settings.problems.length > 0) {
      reportProblems(user, settings, surroundings);
      return EXIT.CONFIGURATION;
    }
    const { lines, rules } = file;
    switch (known!) {
      case 'list':
        for (const line of lines)
          surroundings.output.write(`${line.name} ${line.role} ${line.kind}\n`);
        for (const rule of rules) surroundings.output.write(`${formatTopicRule(rule)}\n`);
        return EXIT.OK;
      case 'remove':
        return remove(name!, { lines, rules, path, surroundings });
      case 'allow':
      case 'disallow':
        return changeRules(rule as TopicRule, known === 'allow', {
          lines,
          rules,
          path,
          surroundings,
        });
      case 'add':
        return add({ name: name!, role }, { lines, rules, path, settings, surroundings });
    }
  },
};

interface Place {
  readonly lines: readonly UserLine[];
  readonly rules: readonly TopicRule[];
  readonly path: string;
  readonly surroundings: Surroundings;
}

/** Rules about the user go with it. */
function remove(name: string, { lines, rules, path, surroundings }: Place): number {
  const kept = lines.filter((line) => line.name !== name);
  const keptRules = rules.filter(
    ({ who }) => who === 'everybody' || !('user' in who) || who.user !== name,
  );
  if (kept.length === lines.length) {
    surroundings.errors.write(`There is no user ${name} in ${path}.\n`);
    return EXIT.FAILED;
  }
  writeUsersFile(path, kept, keptRules);
  surroundings.output.write(`Removed ${name} from ${path}.\n`);
  return EXIT.OK;
}

/** Adds a rule, or takes one out that is written the same. */
function changeRules(
  rule: TopicRule,
  isAllowed: boolean,
  { lines, rules, path, surroundings }: Place,
): number {
  const { who } = rule;
  const user = who !== 'everybody' && 'user' in who ? who.user : null;
  if (user !== null && !lines.some(({ name }) => name === user)) {
    surroundings.errors.write(`There is no user ${user} in ${path}.\n`);
    return EXIT.FAILED;
  }
  const text = formatTopicRule(rule);
  const others = rules.filter((known) => formatTopicRule(known) !== text);
  if (!isAllowed && others.length === rules.length) {
    surroundings.errors.write(`There is no rule "${text}" in ${path}.\n`);
    return EXIT.FAILED;
  }
  writeUsersFile(path, lines, isAllowed ? [...others, rule] : others);
  surroundings.output.write(`${isAllowed ? 'Added' : 'Removed'} "${text}".\n`);
  return EXIT.OK;
}

async function add(
  { name, role }: { readonly name: string; readonly role: Role },
  { lines, rules, path, settings, surroundings }: Place & { readonly settings: Settings },
): Promise<number> {
  const { output, errors } = surroundings;
  let kind: CredentialKind = 'password';
  let secret: string;
  let token: string | null = null;
  const commonName = settings.text('certificate');
  if (commonName !== null) {
    kind = 'certificate';
    secret = commonName;
  } else if (settings.has('token')) {
    kind = 'token';
    token = `mr_${randomBytes(32).toString('base64url')}`;
    secret = digestToken(token);
  } else {
    const password = await readPassword(surroundings);
    if (password.length < PASSWORD_LENGTH_MIN) {
      errors.write(
        `A password has at least ${PASSWORD_LENGTH_MIN} characters; it is read from standard input.\n`,
      );
      return EXIT.FAILED;
    }
    secret = await hashPassword(password);
  }
  const added: UserLine = { name, role, kind, secret };
  // One password each; tokens and certificates may be several. The role is that of all of them.
  const kept = lines
    .filter((line) => line.name !== name || kind !== 'password' || line.kind !== 'password')
    .map((line) => (line.name === name ? { ...line, role } : line));
  const { problems } = parseUsers(formatUserLine(added), 'the new line');
  if (problems.length > 0) {
    errors.write(`${problems.join('\n')}\n`);
    return EXIT.FAILED;
  }
  writeUsersFile(path, [...kept, added], rules);
  output.write(token === null ? `Added ${name} to ${path}.\n` : `${token}\n`);
  if (token !== null) errors.write(`Added ${name} to ${path}. The token is not shown again.\n`);
  return EXIT.OK;
}

/** The first line of standard input. */
async function readPassword({ input, errors }: Surroundings): Promise<string> {
  if (input.isTTY) errors.write('Password (it is shown; end with Enter and Ctrl-D): ');
  const all = await readAll(input as NodeJS.ReadableStream);
  return all.split(/\r?\n/, 1)[0]!;
}

function readUsersFile(path: string): ReturnType<typeof parseUsers> {
  try {
    return parseUsers(readFileSync(path, 'utf8'), path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { lines: [], rules: [], problems: [] };
    return { lines: [], rules: [], problems: [`${path} cannot be read (${code}).`] };
  }
}

/** Replaces the file as a whole; only its owner may read it. */
function writeUsersFile(
  path: string,
  users: readonly UserLine[],
  rules: readonly TopicRule[],
): void {
  const temporary = `${path}.new`;
  const lines = [...users.map(formatUserLine), ...rules.map(formatTopicRule)];
  writeFileSync(temporary, HEAD + lines.map((line) => `${line}\n`).join(''), { mode: 0o600 });
  chmodSync(temporary, 0o600);
  renameSync(temporary, path);
}
