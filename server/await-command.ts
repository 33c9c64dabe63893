import { setTimeout as delay } from 'node:timers/promises';
import { DatabaseError } from '../src/base/errors.ts';
import type { ServerContext } from './server-context.ts';

const STEP_MS = 20;

/**
 * Waits until a durable statement has been carried out, by the `commandSequenceNumber` a client has of it. A statement
 * is acknowledged only then, so this waits for numbers of the future alone, such as those of another server.
 * @throws DatabaseError WAIT_TIMEOUT.
 */
export async function awaitCommand(
  number: number,
  { engine, limits, isClosing }: ServerContext,
): Promise<void> {
  const end = performance.now() + limits.commandTimeoutMs;
  while (engine.commandNumber < number) {
    if (performance.now() >= end || isClosing()) {
      throw new DatabaseError(
        'WAIT_TIMEOUT',
        `Timed out while waiting for a previous command to execute. command sequence number: ${number}`,
      );
    }
    await delay(STEP_MS);
  }
}
