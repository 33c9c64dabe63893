import type { StatementNode } from '../../grammar/ast.ts';
import { DatabaseError } from '../../src/base/errors.ts';
import { includesRole, type Principal, type Role } from './roles.ts';

/** The role each statement needs. */
export const STATEMENT_ROLES: { readonly [Kind in StatementNode['kind']]: Role } = {
  select: 'read',
  print: 'read',
  list: 'read',
  describe: 'read',
  describeFunction: 'read',
  explain: 'read',
  assertTopic: 'read',
  assertSchema: 'read',
  listConnectors: 'read',
  describeConnector: 'read',
  // These change the session of the request alone.
  set: 'read',
  unset: 'read',
  define: 'read',
  undefine: 'read',
  insertValues: 'write',
  insertSelect: 'admin',
  createSource: 'admin',
  createAsSelect: 'admin',
  dropSource: 'admin',
  alterSource: 'admin',
  alterSystem: 'admin',
  createType: 'admin',
  dropType: 'admin',
  terminate: 'admin',
  pause: 'admin',
  createConnector: 'admin',
  dropConnector: 'admin',
};

/** Checks that someone may do something. @throws DatabaseError FORBIDDEN. */
export function requireRole(principal: Principal, needed: Role): void {
  if (includesRole(principal.role, needed)) return;
  throw new DatabaseError(
    'FORBIDDEN',
    `${principal.name} has the role ${principal.role}; this needs the role ${needed}.`,
  );
}

/**
 * Checks that someone may run all of the statements.
 * @param kinds of their syntax trees.
 * @throws DatabaseError FORBIDDEN.
 */
export function authorizeStatements(principal: Principal, kinds: readonly string[]): void {
  for (const kind of kinds) {
    requireRole(principal, STATEMENT_ROLES[kind as StatementNode['kind']] ?? 'admin');
  }
}
