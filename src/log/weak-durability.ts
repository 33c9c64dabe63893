import type { Logger } from '../base/logger.ts';
import type { Log } from './log.ts';
import { syncDelayMs } from './topic-settings.ts';
import type { Durability } from './topic-settings.ts';

/** Warns at the start of a database that some of what it acknowledges does not survive the machine. */
export function warnOfWeakDurability(log: Log, durability: Durability, logger: Logger): void {
  const lossMs = syncDelayMs(durability);
  if (lossMs !== null) {
    logger.warn(
      { durability, lossMs },
      `durability is ${durability}: when the machine goes down, inserts acknowledged in the last ${lossMs} ms are lost from topics made with it`,
    );
  }
  for (const { name, settings } of log.topics()) {
    if (settings.durability === 'fsync') continue;
    logger.warn(
      { topic: name, durability: settings.durability },
      `topic ${name} has durability ${settings.durability}: its latest acknowledged records are lost when the machine goes down`,
    );
  }
}
