import { DatabaseError, type ErrorCode } from '../base/errors.ts';
import type { ConnectClient, Reply } from '../connect/connect-client.ts';
import type { Services } from './executor.ts';

/** @throws DatabaseError BAD_STATEMENT when the server has no Kafka Connect. */
export function connectOf({ connect }: Services): ConnectClient {
  if (connect !== null) return connect;
  throw new DatabaseError(
    'BAD_STATEMENT',
    "There is no Kafka Connect to forward this to: set ksql.connect.url in the server's configuration, such as --property ksql.connect.url=http://localhost:8083.",
  );
}

/**
 * What was asked for.
 * @param failed what did not work, begins the message: `Failed to drop connector`.
 * @throws DatabaseError with the status that Connect refused with.
 */
export async function valueOf<T>(asking: Promise<Reply<T>>, failed: string): Promise<T> {
  const reply = await naming(asking, failed);
  if (reply.kind === 'found') return reply.value;
  throw refusal(reply, failed);
}

/** The reply; errors say what did not work. */
export async function naming<T>(asking: Promise<Reply<T>>, failed: string): Promise<Reply<T>> {
  try {
    return await asking;
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    throw new DatabaseError(error.code, `${failed}: ${error.message}`, { cause: error.cause });
  }
}

/** The error for what Connect refuses. */
export function refusal(
  { status, message }: Extract<Reply<unknown>, { kind: 'refused' }>,
  failed: string,
): DatabaseError {
  if (status === 401 || status === 403) {
    // Not UNAUTHORIZED: it is the log-in of this server that is refused, not that of its client.
    return new DatabaseError(
      'FORBIDDEN',
      `${failed}: Kafka Connect refuses the credentials of this server (${status}): ${message}. See ksql.connect.basic.auth.credentials.source.`,
    );
  }
  return new DatabaseError(codeOf(status), `${failed}: ${message}`);
}

function codeOf(status: number): ErrorCode {
  if (status === 404) return 'NOT_FOUND';
  if (status === 409) return 'CONFLICT';
  return status >= 400 && status < 500 ? 'BAD_REQUEST' : 'CONNECT_FAILED';
}
