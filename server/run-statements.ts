import type { Entity } from '../src/api/entities.ts';
import { DatabaseError } from '../src/base/errors.ts';
import type { QueryResult } from '../src/engine.ts';
import { audit } from './security/audit.ts';
import type { Client } from './security/log-in.ts';
import { authorizeStatements } from './security/statement-access.ts';
import type { ServerContext } from './server-context.ts';
import type { StatementRequest } from './statement-request.ts';

/**
 * Runs statements for a client, if its role allows them all, and notes that in the audit log.
 * @throws DatabaseError FORBIDDEN, or what the engine throws.
 */
export function executeFor(
  client: Client,
  { sql, options }: StatementRequest,
  context: ServerContext,
): Promise<readonly Entity[]> {
  const { principal } = client;
  const authorized =
    principal.role === 'admin'
      ? options
      : {
          ...options,
          authorize: (kinds: readonly string[]) => authorizeStatements(principal, kinds),
        };
  return audited(client, { sql, context }, () => context.engine.execute(sql, authorized));
}

/** Starts a query for a client and notes that in the audit log. @throws what the engine throws. */
export function queryFor(
  client: Client,
  { sql, options }: StatementRequest,
  context: ServerContext,
): Promise<QueryResult> {
  return audited(client, { sql, context }, () => context.engine.query(sql, options));
}

async function audited<T>(
  { principal, requestId }: Client,
  { sql, context }: { readonly sql: string; readonly context: ServerContext },
  run: () => Promise<T>,
): Promise<T> {
  const start = performance.now();
  const note = (error: string | null): void => {
    const milliseconds = performance.now() - start;
    audit(context.logger, { requestId, principal, sql, error, milliseconds });
  };
  try {
    const result = await run();
    note(null);
    return result;
  } catch (error) {
    note(error instanceof DatabaseError ? error.code : 'INTERNAL');
    throw error;
  }
}
