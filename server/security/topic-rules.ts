import { DatabaseError } from '../../src/base/errors.ts';
import type { TopicAccess, TopicOperation } from '../../src/base/topic-access.ts';
import { ROLES, type Principal, type Role } from './roles.ts';

/** What a rule can allow, as it is written. */
export const TOPIC_OPERATIONS = ['describe', 'read', 'write', 'create'] as const;

/** One line of a users file that allows something to be done to topics. */
export interface TopicRule {
  /** Whom it is for: a user by name, all of a role, or everybody. */
  readonly who: { readonly user: string } | { readonly role: Role } | 'everybody';
  readonly operations: readonly TopicOperation[];
  /** The name of a topic, or what its name begins with when `*` stands at the end. */
  readonly pattern: string;
}

/** The word a line with a rule begins with; no user is called that. */
export const RULE_WORD = 'allow';
const PATTERN = /^(?:[\w.-]{1,249}|[\w.-]{0,249}\*)$/;
const ROLE_PREFIX = 'role:';

/**
 * Reads one rule, `allow WHO OPERATIONS PATTERN`: WHO is a user, `role:` and a role, or `*`; OPERATIONS are words divided
 * by commas, or `all`.
 * @returns a sentence that says what is wrong with it, if it is none.
 */
export function parseTopicRule(line: string): TopicRule | string {
  const [, who = '', operations = '', pattern = '', ...rest] = line.trim().split(/\s+/);
  if (pattern === '' || rest.length > 0) {
    return `a rule is written ${RULE_WORD} WHO OPERATIONS TOPIC, such as ${RULE_WORD} alice read,write orders.*`;
  }
  const written = operations === 'all' ? TOPIC_OPERATIONS : operations.split(',');
  const known = TOPIC_OPERATIONS.filter((operation) => written.includes(operation));
  if (known.length !== written.length) {
    return `the operations must be of ${TOPIC_OPERATIONS.join(', ')}, each once and divided by commas, or all`;
  }
  if (!PATTERN.test(pattern)) {
    return 'the topic must be a name, or the beginning of one with * at the end';
  }
  if (who === '*') return { who: 'everybody', operations: known, pattern };
  if (!who.startsWith(ROLE_PREFIX)) return { who: { user: who }, operations: known, pattern };
  const role = ROLES.find((word) => who === `${ROLE_PREFIX}${word}`);
  if (role === undefined) return `the role must be one of ${ROLES.join(', ')}`;
  return { who: { role }, operations: known, pattern };
}

/** A rule as it stands in a users file, without its end. */
export function formatTopicRule({ who, operations, pattern }: TopicRule): string {
  const whom = who === 'everybody' ? '*' : 'user' in who ? who.user : `${ROLE_PREFIX}${who.role}`;
  const all = operations.length === TOPIC_OPERATIONS.length;
  return `${RULE_WORD} ${whom} ${all ? 'all' : operations.join(',')} ${pattern}`;
}

/** The rules that are for somebody; null when none is, who may then touch every topic. */
export function rulesFor(
  { name, role }: { readonly name: string; readonly role: Role },
  rules: readonly TopicRule[],
): readonly TopicRule[] | null {
  const found = rules.filter(
    ({ who }) => who === 'everybody' || ('user' in who ? who.user === name : who.role === role),
  );
  return found.length === 0 ? null : found;
}

/** The topics somebody may touch; undefined: all. */
export function accessOf({ name, rules = null }: Principal): TopicAccess | undefined {
  if (rules === null) return undefined;
  return {
    principal: name,
    allows: (operation, topic) =>
      rules.some(
        ({ operations, pattern }) =>
          // Whoever may do anything to a topic may know of it.
          (operation === 'describe' || operations.includes(operation)) && matches(pattern, topic),
      ),
  };
}

function matches(pattern: string, topic: string): boolean {
  return pattern.endsWith('*') ? topic.startsWith(pattern.slice(0, -1)) : topic === pattern;
}

/**
 * For what shows or changes everything at once.
 * @throws DatabaseError FORBIDDEN for somebody who may touch some topics only.
 */
export function requireAllTopics(principal: Principal): void {
  if (accessOf(principal) === undefined) return;
  throw new DatabaseError(
    'FORBIDDEN',
    `${principal.name} may touch some topics only; this is about all of them.`,
  );
}
