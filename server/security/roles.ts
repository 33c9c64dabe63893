import type { TopicRule } from './topic-rules.ts';

/** What someone may do, from least to most; each may do what the ones before it may. */
export const ROLES = ['read', 'write', 'admin'] as const;

/**
 * `read`: queries, PRINT, and statements that show things. `write`: also rows, records, offsets of consumer groups and
 * new schemas. `admin`: also everything that changes what exists.
 */
export type Role = (typeof ROLES)[number];

/** Who is asking. */
export interface Principal {
  /** As in the users file. */
  readonly name: string;
  readonly role: Role;
  /** What it may do to which topics; absent or null: everything its role allows, to all of them. */
  readonly rules?: readonly TopicRule[] | null;
}

/** Who everybody is where nobody is asked who they are. */
export const ANONYMOUS: Principal = { name: 'anonymous', role: 'admin' };

/** Whether a role includes another. */
export function includesRole(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}
