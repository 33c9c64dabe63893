import type { ColumnSpec, KeyFormat, WithinSpec } from '../case.ts';
import { keyBytes } from '../payload.ts';
import type { Event } from './flow.ts';
import { sameKey } from './flow.ts';
import { type JoinContext, joinedRow } from './join.ts';

const LEFT = 0;
const DAY_MS = 24 * 60 * 60 * 1000;

interface Input {
  readonly input: number;
  readonly event: Event;
}

/** Two streams within a time range of each other (6.4). */
export function joinStreamStream(
  inputs: readonly Input[],
  context: JoinContext & { readonly keys: readonly ColumnSpec[]; readonly keyFormat: KeyFormat },
): readonly Event[] {
  const { type, within } = context.spec;
  const { beforeMs, afterMs, graceMs } = within as WithinSpec;
  const grace = graceMs ?? Math.max(DAY_MS - 2 * beforeMs, 0);
  const retentionMs = beforeMs + afterMs + grace;
  const isPreserved = (side: number): boolean =>
    type === 'FULL OUTER' || (side === LEFT ? type === 'LEFT' : type === 'RIGHT');
  /** How far behind a row of the side its partners may come. */
  const aheadMs = (side: number): number => (side === LEFT ? afterMs : beforeMs);
  const events: Event[] = [];
  let pending: readonly Input[] = [];
  /** The tick of the last look for rows whose time is over: there is one a second, and a tick is no longer. */
  let lookedIn = -1;

  inputs.forEach((arriving, index) => {
    const { input: side, event } = arriving;
    const seen = inputs.slice(0, index + 1);
    const streamTime = Math.max(...seen.map((other) => other.event.time));
    if (event.after === null) return;
    if (event.key === null) {
      if (isPreserved(side)) events.push(alone(arriving, event));
      return;
    }
    if (graceMs !== null && event.time === streamTime) flush(arriving, streamTime);

    const stored = inputs
      .slice(0, index)
      .filter(isStored)
      .filter((other) => other.input !== side);
    const storedTimeMax = Math.max(...stored.map((other) => other.event.time));
    const partners = stored
      .filter((other) => other.event.time > storedTimeMax - retentionMs)
      .filter((other) => sameKey(other.event.key, event.key) && inRange(arriving, other))
      .toSorted((a, b) => a.event.time - b.event.time);
    for (const partner of partners) events.push(match(arriving, partner));
    pending = pending.filter(
      (waiting) => !partners.some((partner) => isSameTriple(partner, waiting)),
    );
    if (partners.length > 0 || !isPreserved(side)) return;
    const isPast = event.time + aheadMs(side) < streamTime;
    if (graceMs === null || isPast) events.push(alone(arriving, event));
    else pending = [...pending, arriving];
  });
  return events;

  /** Emits the rows whose time for a partner is certainly over. */
  function flush(arriving: Input, streamTime: number): void {
    const oldest = Math.min(...pending.map(({ event }) => event.time));
    if (pending.length > 0 && oldest + aheadMs(arriving.input) + grace >= streamTime) return;
    const clock = Math.floor(arriving.event.tick);
    if (lookedIn === clock) return;
    lookedIn = clock;
    const closed = pending.filter(
      ({ input, event }) => event.time + aheadMs(input) + grace < streamTime,
    );
    for (const waiting of closed.toSorted(byTimeSideAndKey)) {
      events.push(alone(waiting, arriving.event));
    }
    pending = pending.filter((waiting) => !closed.includes(waiting));
  }

  function inRange(one: Input, other: Input): boolean {
    const [left, right] = one.input === LEFT ? [one, other] : [other, one];
    const distance = right.event.time - left.event.time;
    return distance >= -beforeMs && distance <= afterMs;
  }

  function match(arriving: Input, partner: Input): Event {
    const [left, right] = arriving.input === LEFT ? [arriving, partner] : [partner, arriving];
    return {
      ...arriving.event,
      time: Math.max(left.event.time, right.event.time),
      after: joinedRow(left.event.after, right.event.after, context),
    };
  }

  /** @param cause the event whose arrival lets the row out. */
  function alone({ input, event }: Input, cause: Event): Event {
    const after =
      input === LEFT
        ? joinedRow(event.after, null, context)
        : joinedRow(null, event.after, context);
    return { ...event, tick: cause.tick, header: cause.header, after };
  }

  /** By time, the right side first, then by the bytes of the key. */
  function byTimeSideAndKey(a: Input, b: Input): number {
    return (
      a.event.time - b.event.time ||
      b.input - a.input ||
      Buffer.compare(bytesOf(a.event), bytesOf(b.event))
    );
  }

  function bytesOf({ key }: Event): Buffer {
    return keyBytes(key, context.keys, context.keyFormat) ?? Buffer.alloc(0);
  }
}

function isStored({ event }: Input): boolean {
  return event.after !== null && event.key !== null;
}

function isSameTriple(a: Input, b: Input): boolean {
  return a.input === b.input && a.event.time === b.event.time && sameKey(a.event.key, b.event.key);
}
