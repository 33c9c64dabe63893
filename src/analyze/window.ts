import type { Duration, TimeUnit, WindowNode } from '../../grammar/ast.ts';
import { errorAt, notSupported } from './error-at.ts';
import type { LogicalWindow } from './logical-plan.ts';

const UNIT_MS: Readonly<Record<TimeUnit, number>> = {
  MILLISECONDS: 1,
  SECONDS: 1_000,
  MINUTES: 60_000,
  HOURS: 3_600_000,
  DAYS: 86_400_000,
};

const DAY_MS = UNIT_MS.DAYS;
const DAYS_MAX = 36_500;

/**
 * The WINDOW clause in milliseconds, with the dialect's defaults: rows may be late by what is left of 24 hours, and
 * a window is kept as long as it can change.
 * @throws DatabaseError BAD_STATEMENT for durations out of range; HOPPING and SESSION are not supported.
 */
export function analyzeWindow(node: WindowNode): LogicalWindow {
  if (node.type !== 'TUMBLING') throw notSupported(node, `WINDOW ${node.type} is`);
  const sizeMs = milliseconds(node.size, 1);
  const graceMs = node.grace === null ? Math.max(DAY_MS - sizeMs, 0) : milliseconds(node.grace, 0);
  const needed = sizeMs + graceMs;
  const retentionMs = node.retention === null ? needed : milliseconds(node.retention, 0);
  if (node.retention !== null && retentionMs < needed) {
    throw errorAt(
      'BAD_STATEMENT',
      node.retention,
      `RETENTION is ${retentionMs} ms, but windows can change for SIZE + GRACE PERIOD = ${needed} ms. Make it at least that long.`,
    );
  }
  return { kind: 'TUMBLING', sizeMs, graceMs, retentionMs };
}

/** A duration in milliseconds, from `msMin` to a hundred years. */
export function milliseconds(duration: Duration, msMin: number): number {
  const ms = duration.amount * UNIT_MS[duration.unit];
  if (ms >= msMin && ms <= DAYS_MAX * DAY_MS) return ms;
  throw errorAt(
    'BAD_STATEMENT',
    duration,
    `${duration.amount} ${duration.unit} is out of range: it must be from ${msMin} MILLISECONDS to ${DAYS_MAX} DAYS.`,
  );
}
