// Hot path: once per record of an aggregation by sessions.
import { BIGINT, type Row, type SqlType, type Value } from '../sql/types.ts';
import { bucketMsOf, type WindowLayout } from '../state/state-table.ts';
import type { SessionWindow } from './aggregate-step.ts';

/** A session of one key: its first and last event time, and the state of its aggregates. Never edited. */
export type Session = readonly [start: number, end: number, state: Row];

/**
 * The sessions of a key that end in one time bucket are kept as one value, by ascending end: a state row of one slot.
 * Sessions whose last row is older than the retention are not seen any more, and go with their bucket.
 */
export function sessionsType(stateTypes: readonly SqlType[]): SqlType {
  const state: SqlType = {
    kind: 'STRUCT',
    fields: stateTypes.map((type, index) => ({ name: `S${index}`, type })),
  };
  const fields = [
    { name: 'WINDOW_START', type: BIGINT },
    { name: 'WINDOW_END', type: BIGINT },
    { name: 'STATE', type: state },
  ];
  return { kind: 'ARRAY', element: { kind: 'STRUCT', fields } };
}

/** Buckets of time in which sessions end. To the state table a bucket is a window. */
export function sessionLayout(window: SessionWindow): WindowLayout {
  const { retentionMs } = window;
  const bucketMs = bucketMsOf(window);
  return { sizeMs: bucketMs, retentionMs, bucketMs };
}

/** The bucket, by its start, for sessions with that end. */
export function bucketOf(end: number, bucketMs: number): number {
  return Math.floor(end / bucketMs) * bucketMs;
}

/** Buckets that start before it hold only sessions that ended `retentionMs` or more before `endMax`. */
export function bucketFloor(window: SessionWindow, endMax: number): number {
  return endMax - window.retentionMs - bucketMsOf(window) + 2;
}

/** The sessions in the value of a bucket; none for a bucket that is not there. */
export function sessionsIn(value: Row | null): readonly Session[] {
  return value === null ? [] : (value[0] as unknown as readonly Session[]);
}

/** The value of a bucket with these sessions; null when there are none. */
export function bucketValue(sessions: readonly Session[]): Row | null {
  return sessions.length === 0 ? null : [sessions as unknown as Value];
}

/** The sessions with one more, in order of their ends, then of their starts. */
export function withSession(sessions: readonly Session[], added: Session): readonly Session[] {
  let index = sessions.length;
  while (index > 0 && comesAfter(sessions[index - 1] as Session, added)) index--;
  return sessions.toSpliced(index, 0, added);
}

function comesAfter(a: Session, b: Session): boolean {
  return a[1] > b[1] || (a[1] === b[1] && a[0] > b[0]);
}
