import type { QuerySpec, WindowSpec } from '../case.ts';
import type { Window } from '../payload.ts';
import { keyBytes } from '../payload.ts';
import type { Event, Flow } from './flow.ts';
import { sameKey } from './flow.ts';
import {
  type Grouped,
  grouped,
  groupEvent,
  type Grouping,
  groupingOf,
  groupRow,
  latest,
} from './group.ts';
import { sessionEvents } from './session.ts';

/** GROUP BY with its aggregates: the changes of the resulting table (5.4, 5.5, 5.7). */
export function aggregate(flow: Flow, query: QuerySpec, emitIntervalMs: number): Flow {
  const { flow: placed, rows } = grouped(flow, query);
  const grouping = groupingOf(query);
  const { window, emitFinal } = query;
  const events = (taken: readonly Grouped[]): readonly Event[] => {
    if (window === null) return plainEvents(grouping, taken);
    const options = {
      grouping,
      window,
      graceMs: graceOf(window, emitFinal),
      emitIntervalMs,
      keyBytes: (key: Grouped['key']) => keyBytes(key, placed.keys, placed.keyFormat) as Buffer,
    };
    if (window.kind === 'SESSION') return sessionEvents(taken, { ...options, emitFinal });
    return emitFinal ? finalEvents(taken, options) : windowEvents(taken, options);
  };
  return { ...placed, kind: 'TABLE', partitions: rows.map(events), knowsBefore: true };
}

/** Grace is given, or 24 hours less the size; with EMIT FINAL 0. */
function graceOf({ graceMs, sizeMs }: WindowSpec, emitFinal: boolean): number {
  return graceMs ?? (emitFinal ? 0 : Math.max(24 * 60 * 60 * 1000 - sizeMs, 0));
}

/** Without windows: one change for each row, over all rows of the group so far. */
function plainEvents(grouping: Grouping, rows: readonly Grouped[]): readonly Event[] {
  return rows.map((row, index) => {
    const soFar = rows.slice(0, index + 1).filter(({ key }) => sameKey(key, row.key));
    const earlier = soFar.slice(0, -1);
    return groupEvent(row, {
      time: latest(soFar),
      window: null,
      before: earlier.length === 0 ? null : groupRow(grouping, row.key, null, earlier),
      after: groupRow(grouping, row.key, null, soFar),
    });
  });
}

export interface WindowOptions {
  readonly grouping: Grouping;
  readonly window: WindowSpec;
  readonly graceMs: number;
  readonly emitIntervalMs: number;
  readonly keyBytes: (key: Grouped['key']) => Buffer;
}

/** One change for each row and window it is in and not late for. */
function windowEvents(rows: readonly Grouped[], options: WindowOptions): readonly Event[] {
  const { grouping } = options;
  return rows.flatMap((row, index) =>
    windowsOf(row.time, options.window)
      .filter((window) => isOpen(rows, index, window, options))
      .map((window) => {
        const soFar = membersOf(rows, index, row.key, window, options);
        const earlier = soFar.slice(0, -1);
        return groupEvent(row, {
          time: latest(soFar),
          window,
          before: earlier.length === 0 ? null : groupRow(grouping, row.key, window, earlier),
          after: groupRow(grouping, row.key, window, soFar),
        });
      }),
  );
}

/** The windows a time is in, by ascending start; starts are multiples of the advance and not negative. */
function windowsOf(time: number, { sizeMs, advanceMs }: WindowSpec): Window[] {
  const windows: Window[] = [];
  const last = time - (time % advanceMs);
  for (let start = last; start >= 0 && start + sizeMs > time; start -= advanceMs) {
    windows.unshift({ start, end: start + sizeMs });
  }
  return windows;
}

/** Stream time once row `index` has come. */
function streamTime(rows: readonly Grouped[], index: number): number {
  return latest(rows.slice(0, index + 1));
}

/** Whether row `index` is not too late for the window. */
function isOpen(
  rows: readonly Grouped[],
  index: number,
  { end }: Window,
  { graceMs }: WindowOptions,
): boolean {
  return end > streamTime(rows, index) - graceMs;
}

/** The rows of a key that are in the window, up to row `index`. */
function membersOf(
  rows: readonly Grouped[],
  index: number,
  key: Grouped['key'],
  window: Window,
  options: WindowOptions,
): Grouped[] {
  return rows.filter(
    (row, i) =>
      i <= index &&
      sameKey(row.key, key) &&
      row.time >= window.start &&
      row.time < window.end &&
      isOpen(rows, i, window, options),
  );
}

/** EMIT FINAL: each window once, when a row finds it closed. */
function finalEvents(rows: readonly Grouped[], options: WindowOptions): readonly Event[] {
  const { window: spec, graceMs, grouping } = options;
  const { sizeMs } = spec;
  const retentionMs = spec.retentionMs ?? sizeMs + graceMs;
  const events: Event[] = [];
  let scannedTo = -Infinity;
  rows.forEach((row, index) => {
    if (!looksForClosed(rows, index, options)) return;
    const closeTime = streamTime(rows, index) - graceMs;
    if (closeTime <= scannedTo || closeTime - sizeMs < 0) return;
    const stored = storedWindows(rows, index, options);
    const startMax = Math.max(...stored.map(({ window }) => window.start));
    const closed = stored.filter(
      ({ window: { start, end } }) =>
        end > scannedTo && end <= closeTime && start >= startMax - retentionMs,
    );
    for (const { key, window } of closed) {
      const members = membersOf(rows, index, key, window, options);
      const after = groupRow(grouping, key, window, members);
      const change = { time: latest(members), window, before: null, after };
      events.push({ ...groupEvent(row, change), key });
    }
    scannedTo = closeTime;
  });
  return events;
}

/**
 * Whether row `index` finds closed windows: with an interval between looks any row that comes uses it up, and a tick is
 * shorter than that.
 */
export function looksForClosed(
  rows: readonly Grouped[],
  index: number,
  { emitIntervalMs }: WindowOptions,
): boolean {
  const clockAt = (at: number): number => Math.floor(rows[at]?.tick ?? NaN);
  return emitIntervalMs === 0 || clockAt(index) !== clockAt(index - 1);
}

/** All windows that have rows up to row `index`, by start and then key bytes. */
function storedWindows(
  rows: readonly Grouped[],
  index: number,
  options: WindowOptions,
): { key: Grouped['key']; window: Window }[] {
  const stored: { key: Grouped['key']; window: Window; bytes: Buffer }[] = [];
  rows.slice(0, index + 1).forEach((row, i) => {
    for (const window of windowsOf(row.time, options.window)) {
      const known = stored.some(
        (other) => other.window.start === window.start && sameKey(other.key, row.key),
      );
      if (known || !isOpen(rows, i, window, options)) continue;
      stored.push({ key: row.key, window, bytes: options.keyBytes(row.key) });
    }
  });
  return stored.sort((a, b) => a.window.start - b.window.start || Buffer.compare(a.bytes, b.bytes));
}
