import { createHash, timingSafeEqual } from 'node:crypto';
import { parsePasswordHash, type PasswordHash } from './password-hash.ts';
import { ROLES, type Principal, type Role } from './roles.ts';
import { parseTopicRule, RULE_WORD, rulesFor, type TopicRule } from './topic-rules.ts';

/** How someone shows who they are. */
export const CREDENTIAL_KINDS = ['password', 'token', 'certificate'] as const;
export type CredentialKind = (typeof CREDENTIAL_KINDS)[number];

/** One line of a users file. */
export interface UserLine {
  readonly name: string;
  readonly role: Role;
  readonly kind: CredentialKind;
  /** A password's hash, a token's digest, or the common name of a certificate. */
  readonly secret: string;
}

/** What a users file says. */
export interface UsersFile {
  readonly lines: readonly UserLine[];
  readonly rules: readonly TopicRule[];
  readonly problems: readonly string[];
}

const NAME = /^[\w.@-]{1,64}$/;
const TOKEN_DIGEST = /^\$sha256\$([\da-f]{64})$/;

/**
 * Reads a users file: a line per credential, `name role kind secret`, divided by blanks, and rules about topics,
 * `allow who operations topic`. Empty lines and those that begin with `#` are left out.
 * @param path for the problems.
 * @returns also all that is wrong with it, `path:line: sentence` each; secrets are never shown.
 */
export function parseUsers(text: string, path: string): UsersFile {
  const lines: UserLine[] = [];
  const rules: TopicRule[] = [];
  /** Lines of rules that name a user, to be looked up once all are known. */
  const named: { readonly user: string; readonly lineNumber: number }[] = [];
  const problems: string[] = [];
  const roles = new Map<string, Role>();
  for (const [index, written] of text.split(/\r?\n/).entries()) {
    if (/^\s*(#|$)/.test(written)) continue;
    const refuse = (problem: string): void =>
      void problems.push(`${path}:${index + 1}: ${problem}`);
    if (isRuleLine(written)) {
      const rule = parseTopicRule(written);
      if (typeof rule === 'string') {
        refuse(rule);
        continue;
      }
      rules.push(rule);
      if (rule.who !== 'everybody' && 'user' in rule.who) {
        named.push({ user: rule.who.user, lineNumber: index + 1 });
      }
      continue;
    }
    const [name = '', role = '', kind = '', ...rest] = written.trim().split(/\s+/);
    const secret = rest.join(' ');
    const known = {
      role: ROLES.find((word) => word === role),
      kind: CREDENTIAL_KINDS.find((word) => word === kind),
    };
    const before = problems.length;
    if (!NAME.test(name)) refuse('the name must be 1 to 64 letters, digits, or . _ @ -');
    if (known.role === undefined) refuse(`the role must be one of ${ROLES.join(', ')}`);
    if (known.kind === undefined) {
      refuse(`the kind must be one of ${CREDENTIAL_KINDS.join(', ')}`);
    } else if (!isSecretOf(known.kind, secret)) {
      refuse(SECRET_EXPECTED[known.kind]);
    }
    if (known.role !== undefined && (roles.get(name) ?? known.role) !== known.role) {
      refuse(`${name} has another role in an earlier line`);
    }
    if (problems.length > before || known.role === undefined || known.kind === undefined) continue;
    roles.set(name, known.role);
    lines.push({ name, role: known.role, kind: known.kind, secret });
  }
  for (const { user, lineNumber } of named) {
    if (!roles.has(user)) problems.push(`${path}:${lineNumber}: there is no user ${user}`);
  }
  return { lines, rules, problems };
}

function isRuleLine(written: string): boolean {
  return written.trim().split(/\s+/, 1)[0] === RULE_WORD;
}

const SECRET_EXPECTED: { readonly [K in CredentialKind]: string } = {
  password: 'a password stands here as its hash; `millrace user add` makes one',
  token:
    'a token stands here as its digest, $sha256$ and 64 hexadecimal digits; `millrace user add --token` makes one',
  certificate: 'the common name of the certificate is missing',
};

function isSecretOf(kind: CredentialKind, secret: string): boolean {
  switch (kind) {
    case 'password':
      return parsePasswordHash(secret) !== null;
    case 'token':
      return TOKEN_DIGEST.test(secret);
    case 'certificate':
      return secret !== '';
  }
}

/** One line as it stands in a users file, without its end. */
export function formatUserLine({ name, role, kind, secret }: UserLine): string {
  return `${name} ${role} ${kind} ${secret}`;
}

/** How a token stands in a users file. */
export function digestToken(token: string): string {
  return `$sha256$${sha256(token).toString('hex')}`;
}

/** Those who may use a server, and how they show who they are. */
export class Users {
  readonly #passwords = new Map<string, { principal: Principal; hash: PasswordHash }>();
  readonly #tokens: { readonly principal: Principal; readonly digest: Buffer }[] = [];
  readonly #certificates = new Map<string, Principal>();

  constructor(lines: readonly UserLine[], rules: readonly TopicRule[] = []) {
    for (const { name, role, kind, secret } of lines) {
      const own = rulesFor({ name, role }, rules);
      const principal: Principal = own === null ? { name, role } : { name, role, rules: own };
      switch (kind) {
        case 'password':
          this.#passwords.set(name, { principal, hash: parsePasswordHash(secret)! });
          break;
        case 'token':
          this.#tokens.push({
            principal,
            digest: Buffer.from(TOKEN_DIGEST.exec(secret)![1]!, 'hex'),
          });
          break;
        case 'certificate':
          this.#certificates.set(secret, principal);
      }
    }
  }

  /** The user of that name and the hash of the password. */
  withPassword(
    name: string,
  ): { readonly principal: Principal; readonly hash: PasswordHash } | undefined {
    return this.#passwords.get(name);
  }

  /** Whose token it is. All are compared, so that the time says nothing. */
  byToken(token: string): Principal | null {
    const digest = sha256(token);
    let found: Principal | null = null;
    for (const entry of this.#tokens) {
      if (timingSafeEqual(entry.digest, digest)) found = entry.principal;
    }
    return found;
  }

  /** Whose certificate it is, by its common name; certificates are checked by TLS before. */
  byCertificate(commonName: string): Principal | null {
    return this.#certificates.get(commonName) ?? null;
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
