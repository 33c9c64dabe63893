import type { Entity } from '../src/api/entities.ts';
import { DatabaseError } from '../src/base/errors.ts';
import type { Inserts, PullAnswer, QueryResult, StatementOptions } from '../src/engine.ts';
import { awaitCommand } from './await-command.ts';
import { audit } from './security/audit.ts';
import type { Client } from './security/log-in.ts';
import type { Principal } from './security/roles.ts';
import { authorizeStatements } from './security/statement-access.ts';
import { accessOf } from './security/topic-rules.ts';
import type { ServerContext } from './server-context.ts';
import type { StatementRequest } from './statement-request.ts';

/**
 * Runs statements for a client, if its role allows them all, and notes that in the audit log.
 * @throws DatabaseError FORBIDDEN, or what the engine throws.
 */
export function executeFor(
  client: Client,
  { sql, options, afterCommand }: StatementRequest,
  context: ServerContext,
): Promise<readonly Entity[]> {
  const { principal } = client;
  const restricted = restrictedOptions(principal, options);
  const authorized =
    principal.role === 'admin'
      ? restricted
      : {
          ...restricted,
          authorize: (kinds: readonly string[]) => authorizeStatements(principal, kinds),
        };
  return audited(client, { sql, context }, () => {
    const run = (): Promise<readonly Entity[]> => context.engine.execute(sql, authorized);
    return afterCommand === undefined ? run() : awaitCommand(afterCommand, context).then(run);
  });
}

/** Starts a query for a client and notes that in the audit log. @throws what the engine throws. */
export function queryFor(
  client: Client,
  { sql, options, afterCommand }: StatementRequest,
  context: ServerContext,
): Promise<QueryResult> {
  const restricted = restrictedOptions(client.principal, options);
  return audited(client, { sql, context }, () => {
    const run = (): Promise<QueryResult> => context.engine.query(sql, restricted);
    return afterCommand === undefined ? run() : awaitCommand(afterCommand, context).then(run);
  });
}

/** Opens a way to write rows into a source for a client. @throws what the engine throws. */
export function openInsertsFor(
  { principal }: Client,
  { target, options = {} }: { readonly target: string; readonly options?: StatementOptions },
  context: ServerContext,
): Inserts {
  return context.engine.openInserts(target, restrictedOptions(principal, options));
}

/** With the topics the client may touch, if those are not all. */
function restrictedOptions(principal: Principal, options: StatementOptions): StatementOptions {
  const access = accessOf(principal);
  return access === undefined ? options : { ...options, access };
}

/**
 * The whole answer of a pull query by one key, if it can be given so, and a note in the audit log; see Engine.pullByKey.
 * @throws what the engine throws.
 */
export function pullFor(
  client: Client,
  { sql, options }: StatementRequest,
  context: ServerContext,
): PullAnswer | Promise<PullAnswer> | null {
  const restricted = restrictedOptions(client.principal, options);
  const note = noting(client, { sql, context });
  try {
    const answer = context.engine.pullByKey?.(sql, restricted) ?? null;
    if (answer === null) return null;
    if (answer instanceof Promise) return audited(client, { sql, context }, () => answer);
    note(null);
    return answer;
  } catch (error) {
    note(codeOf(error));
    throw error;
  }
}

interface Run {
  readonly sql: string;
  readonly context: ServerContext;
}

async function audited<T>(client: Client, about: Run, run: () => Promise<T>): Promise<T> {
  const note = noting(client, about);
  try {
    const result = await run();
    note(null);
    return result;
  } catch (error) {
    note(codeOf(error));
    throw error;
  }
}

/** Writes what became of a run into the audit log: the code of its error, null for none. */
function noting(
  { principal, requestId }: Client,
  { sql, context }: Run,
): (error: string | null) => void {
  const start = performance.now();
  return (error) => {
    const milliseconds = performance.now() - start;
    audit(context.logger, { requestId, principal, sql, error, milliseconds });
  };
}

function codeOf(error: unknown): string {
  return error instanceof DatabaseError ? error.code : 'INTERNAL';
}
