import type { Duration, QueryNode, TimeUnit, WindowNode } from '../../grammar/ast.ts';
import type { WindowInfo } from '../sql/schema.ts';
import { windowsPerRow } from '../sql/window.ts';
import { errorAt } from './error-at.ts';
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

/** The most windows a row may be in: each is looked up, changed and written for every row. */
const WINDOWS_PER_ROW_MAX = 10_000;

/**
 * The WINDOW clause in milliseconds, with the dialect's defaults: rows may be late by what is left of 24 hours (not at
 * all when only final results are emitted), and a window is kept as long as it can change.
 * @throws DatabaseError BAD_STATEMENT for durations out of range, an ADVANCE BY above the SIZE or so short that rows
 *   are in too many windows, and a RETENTION that is too short.
 */
export function analyzeWindow(node: WindowNode, emit: QueryNode['emit']): LogicalWindow {
  const sizeMs = milliseconds(node.size, 1);
  const advanceMs = node.advance === null ? null : advance(node.advance, sizeMs);
  const graceDefault = emit === 'FINAL' ? 0 : Math.max(DAY_MS - sizeMs, 0);
  const graceMs = node.grace === null ? graceDefault : milliseconds(node.grace, 0);
  const needed = sizeMs + graceMs;
  const retentionMs = node.retention === null ? needed : milliseconds(node.retention, 0);
  if (node.retention !== null && retentionMs < needed) {
    const size = node.type === 'SESSION' ? 'gap' : 'SIZE';
    throw errorAt(
      'BAD_STATEMENT',
      node.retention,
      `RETENTION is ${retentionMs} ms, but windows can change for ${size} + GRACE PERIOD = ${needed} ms. Make it at least that long.`,
    );
  }
  const kind = node.type;
  return { kind, sizeMs, ...(advanceMs === null ? {} : { advanceMs }), graceMs, retentionMs };
}

function advance(duration: Duration, sizeMs: number): number {
  const advanceMs = milliseconds(duration, 1);
  if (advanceMs > sizeMs) {
    throw errorAt(
      'BAD_STATEMENT',
      duration,
      `ADVANCE BY is ${advanceMs} ms, longer than the SIZE of ${sizeMs} ms: rows between two windows would be in none. It must be from 1 ms to ${sizeMs} ms.`,
    );
  }
  const count = windowsPerRow(sizeMs, advanceMs);
  if (count <= WINDOWS_PER_ROW_MAX) return advanceMs;
  const min = Math.ceil(sizeMs / WINDOWS_PER_ROW_MAX);
  throw errorAt(
    'BAD_STATEMENT',
    duration,
    `Each row would be in ${count} windows; the limit is ${WINDOWS_PER_ROW_MAX}. With this SIZE, ADVANCE BY must be from ${min} ms to ${sizeMs} ms.`,
  );
}

/** How a windowed key says what window it is of. */
export function windowInfo({ kind, sizeMs }: LogicalWindow): WindowInfo {
  return { kind, sizeMs: kind === 'SESSION' ? null : sizeMs };
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
