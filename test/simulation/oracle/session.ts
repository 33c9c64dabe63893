import type { Window } from '../payload.ts';
import { looksForClosed, type WindowOptions } from './aggregate.ts';
import type { Event } from './flow.ts';
import { sameKey } from './flow.ts';
import { type Grouped, groupEvent, groupRow, latest } from './group.ts';

interface Session extends Window {
  readonly key: Grouped['key'];
  /** In the order in which its aggregates took them in. */
  readonly rows: readonly Grouped[];
}

/** Sessions of a task: merges, tombstones, late rows (5.7). */
export function sessionEvents(
  rows: readonly Grouped[],
  options: WindowOptions & { readonly emitFinal: boolean },
): readonly Event[] {
  const { grouping, window: spec, graceMs, emitFinal } = options;
  const gapMs = spec.sizeMs;
  const retentionMs = spec.retentionMs ?? gapMs + graceMs;
  let sessions: readonly Session[] = [];
  let storedEndMax = -Infinity;
  let scannedTo = -Infinity;
  const events: Event[] = [];

  rows.forEach((row, index) => {
    const { key, time } = row;
    const streamTime = latest(rows.slice(0, index + 1));
    const found = sessions
      .filter(
        (session) =>
          sameKey(session.key, key) &&
          session.end > storedEndMax - retentionMs &&
          session.end >= time - gapMs &&
          session.start <= time + gapMs,
      )
      .sort((a, b) => a.end - b.end);
    const start = Math.min(time, ...found.map((session) => session.start));
    const end = Math.max(time, ...found.map((session) => session.end));
    if (end >= streamTime - graceMs - gapMs) {
      const merged: Session = { key, start, end, rows: [...found.flatMap((s) => s.rows), row] };
      const isInPlace = start === time && end === time;
      if (!emitFinal) {
        for (const old of isInPlace ? [] : found) events.push(removal(row, old));
        events.push(update(row, merged));
      }
      sessions = [...sessions.filter((session) => !found.includes(session)), merged];
      storedEndMax = Math.max(storedEndMax, end);
    }
    const closeTime = streamTime - graceMs - gapMs;
    if (!emitFinal || !looksForClosed(rows, index, options)) return;
    if (closeTime <= scannedTo || closeTime < 1) return;
    const closed = sessions.filter((s) => s.end >= scannedTo && s.end < closeTime);
    for (const session of closed.toSorted(byEndAndKey)) events.push(update(row, session));
    scannedTo = closeTime;
  });
  return events;

  function update(row: Grouped, session: Session): Event {
    const window = { start: session.start, end: session.end };
    const after = groupRow(grouping, session.key, window, session.rows);
    const event = groupEvent(row, { time: session.end, window, before: null, after });
    return { ...event, key: session.key, header: emitFinal ? row.header : null };
  }

  function removal(row: Grouped, session: Session): Event {
    const { key, start, end } = session;
    const window = { start, end };
    const before = groupRow(grouping, key, window, session.rows);
    return { ...groupEvent(row, { time: end, window, before, after: null }), header: null };
  }

  function byEndAndKey(a: Session, b: Session): number {
    return a.end - b.end || Buffer.compare(options.keyBytes(a.key), options.keyBytes(b.key));
  }
}
