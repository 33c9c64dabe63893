import type { Mutant } from './mutant.ts';

const UPDATES = 'src/operators/aggregate-updates.ts';
const ENTRIES = 'src/operators/window-entries.ts';
const SESSIONS = 'src/operators/aggregate-sessions.ts';
const SESSION_STORE = 'src/operators/session-store.ts';
const FINAL = 'src/operators/aggregate-final.ts';
const FINAL_SESSIONS = 'src/operators/aggregate-final-sessions.ts';
const CLOSING = 'src/operators/closing.ts';

/** Bugs in windows. */
export const windowMutants: readonly Mutant[] = [
  {
    name: 'tumbling-late-off-by-one',
    file: UPDATES,
    text: 'if (start + window.sizeMs <= streamTime - window.graceMs) {',
    replacement: 'if (start + window.sizeMs < streamTime - window.graceMs) {',
    bug: 'a row exactly at the end of the grace period still gets into its window',
  },
  {
    name: 'tumbling-no-grace',
    file: UPDATES,
    text: 'if (start + window.sizeMs <= streamTime - window.graceMs) {',
    replacement: 'if (start + window.sizeMs <= streamTime) {',
    bug: 'the grace period does not count',
  },
  {
    name: 'tumbling-time-of-last',
    file: UPDATES,
    text: 'const streamTime = Math.max(change.time, this.times[0] as number);',
    replacement: 'const streamTime = change.time;',
    bug: 'stream time goes back with a late row',
  },
  {
    name: 'tumbling-time-advances-after',
    file: UPDATES,
    text: `    this.times[0] = streamTime;
    const start = windowStart(change.time, window.sizeMs);
    if (start + window.sizeMs <= streamTime - window.graceMs) {
      this.#onLate();
      return null;
    }
`,
    replacement: `    const start = windowStart(change.time, window.sizeMs);
    if (start + window.sizeMs <= streamTime - window.graceMs) {
      this.#onLate();
      return null;
    }
    this.times[0] = (this.times[0] as number) + 1;
`,
    bug: 'rows do not advance stream time to their own time',
  },
  {
    name: 'tumbling-window-end',
    file: UPDATES,
    text: 'windowStart + this.#sizeMs,',
    replacement: 'windowStart + this.#sizeMs - 1,',
    bug: 'WINDOWEND is the last millisecond of the window',
  },
  {
    name: 'hopping-late-row-for-all',
    file: ENTRIES,
    text: 'if (start + sizeMs <= closed) continue;',
    replacement: 'if (first + sizeMs <= closed) continue;',
    bug: 'a row late for its first window is late for all',
  },
  {
    name: 'hopping-never-late',
    file: ENTRIES,
    text: 'if (start + sizeMs <= closed) continue;',
    replacement: '',
    bug: 'late rows get into closed hopping windows',
  },
  {
    name: 'hopping-late-off-by-one',
    file: ENTRIES,
    text: 'if (start + sizeMs <= closed) continue;',
    replacement: 'if (start + sizeMs < closed) continue;',
    bug: 'a row exactly at the end of the grace period still gets into its hopping window',
  },
  {
    name: 'hopping-last-window',
    file: ENTRIES,
    text: 'for (let start = first; start <= time; start += this.#advanceMs) {',
    replacement: 'for (let start = first; start < time; start += this.#advanceMs) {',
    bug: 'a row at the start of a window is not in it',
  },
  {
    name: 'session-gap-exclusive',
    file: SESSION_STORE,
    text: 'last < time - sizeMs || first > time + sizeMs',
    replacement: 'last <= time - sizeMs || first > time + sizeMs',
    bug: 'a row exactly one gap behind a session does not join it',
  },
  {
    name: 'session-gap-before-exclusive',
    file: SESSION_STORE,
    text: 'last < time - sizeMs || first > time + sizeMs',
    replacement: 'last < time - sizeMs || first >= time + sizeMs',
    bug: 'a row exactly one gap before a session does not join it',
  },
  {
    name: 'session-late-before-merge',
    file: SESSION_STORE,
    text: 'if (end < streamTime - graceMs - sizeMs) {',
    replacement: 'if (time < streamTime - graceMs - sizeMs) {',
    bug: 'a late row is dropped although it would join a session',
  },
  {
    name: 'session-late-without-gap',
    file: SESSION_STORE,
    text: 'if (end < streamTime - graceMs - sizeMs) {',
    replacement: 'if (end < streamTime - graceMs) {',
    bug: 'the gap of a session does not count for late rows',
  },
  {
    name: 'session-sees-all',
    file: SESSION_STORE,
    text: 'const isSeen = last > endMax - retentionMs;',
    replacement: 'const isSeen = true;',
    bug: 'a late row joins a session beyond the retention',
  },
  {
    name: 'session-merge-order',
    file: SESSION_STORE,
    text: 'for (const session of found) this.#aggregation.merge(state, session[2]);',
    replacement:
      'for (const session of found.toReversed()) this.#aggregation.merge(state, session[2]);',
    bug: 'merged sessions give their rows in the wrong order',
  },
  {
    name: 'session-merge-forgets',
    file: SESSION_STORE,
    text: 'const kept = sessions.filter((session) => !found.includes(session));',
    replacement: 'const kept = sessions;',
    bug: 'sessions that were merged stay',
  },
  {
    name: 'session-no-tombstones',
    file: SESSIONS,
    text: 'if (!isInPlace(added)) {',
    replacement: 'if (false) {',
    bug: 'merged sessions are not deleted',
  },
  {
    name: 'session-tombstone-in-place',
    file: SESSIONS,
    text: 'if (!isInPlace(added)) {',
    replacement: 'if (true) {',
    bug: 'a session of one point is deleted before it is updated',
  },
  {
    name: 'session-tombstone-without-row',
    file: SESSIONS,
    text: '{ start: from, end: to, before: old, after: null }',
    replacement: '{ start: from, end: to, before: null, after: null }',
    bug: 'HAVING does not know what a merged session was',
  },
  {
    name: 'session-new-has-before',
    file: SESSIONS,
    text: 'out.push(this.#change(key, { start, end, before: null, after: state }));',
    replacement:
      'out.push(this.#change(key, { start, end, before: removed[0]?.[2] ?? null, after: state }));',
    bug: 'HAVING takes the session a row joined for the one before',
  },
  {
    name: 'final-closed-off-by-one',
    file: FINAL,
    text: 'openMs: 0,',
    replacement: 'openMs: 1,',
    bug: 'EMIT FINAL waits a millisecond too long for a window',
  },
  {
    name: 'final-all-retained',
    file: FINAL,
    text: '        retentionMs,\n        stepMs',
    replacement: '        retentionMs: null,\n        stepMs',
    bug: 'EMIT FINAL finds windows that a jump of time has left behind',
  },
  {
    name: 'final-sessions-closed-off-by-one',
    file: FINAL_SESSIONS,
    text: 'openMs: 1,',
    replacement: 'openMs: 0,',
    bug: 'EMIT FINAL emits a session a millisecond too early',
  },
  {
    name: 'final-sessions-without-gap',
    file: FINAL_SESSIONS,
    text: 'delayMs: window.graceMs + window.sizeMs,',
    replacement: 'delayMs: window.graceMs,',
    bug: 'EMIT FINAL does not wait for the gap of a session',
  },
  {
    name: 'final-late-rows-do-not-close',
    file: CLOSING,
    text: '    this.#set(SET_AT, now);\n    this.#look(now, headers);',
    replacement: '    this.#set(SET_AT, now);\n    if (known >= 0) this.#look(now, headers);',
    bug: 'a row that comes too late closes no windows',
  },
];
