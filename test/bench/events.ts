import { open, readFile } from 'node:fs/promises';

/** Users and pages are drawn evenly; `ms` from 0 to 999; `ts` advances by 1 from one event to the next. */
export const USERS = 10_000;
const PAGES = 500;
const MS_BOUND = 1_000;
const TS_FIRST = 1_700_000_000_000;
const SEED = 0x5eed;
const EVENTS_PER_WRITE = 10_000;
const NEWLINE = 10;

/** One event as its JSON says it. */
export interface Event {
  readonly user_id: string;
  readonly page: string;
  readonly ms: number;
  readonly ts: number;
}

/** JSON texts of events in one buffer, each followed by one byte that is not part of it. */
export interface Events {
  readonly bytes: Buffer;
  /** Position of each text, and behind the last one the position at which another would begin. */
  readonly starts: Float64Array;
  readonly count: number;
}

/** The name of a user by number, from 0 to below USERS. */
export function userId(user: number): string {
  return `user${user}`;
}

/** Every user with a home: what the table of users says. */
export function* homesOfUsers(): Generator<[user: string, home: string]> {
  for (let user = 0; user < USERS; user++) yield [userId(user), `/home/${user % PAGES}`];
}

/** Writes `count` events to a file, a line each. The same count gives the same bytes, always and everywhere. */
export async function writeEvents(path: string, count: number): Promise<void> {
  const random = randomIntegers(SEED);
  await using file = await open(path, 'w');
  let lines: string[] = [];
  for (let i = 0; i < count; i++) {
    const event: Event = {
      user_id: userId(random(USERS)),
      page: `/page/${random(PAGES)}`,
      ms: random(MS_BOUND),
      ts: TS_FIRST + i,
    };
    lines.push(`${JSON.stringify(event)}\n`);
    if (lines.length < EVENTS_PER_WRITE && i + 1 < count) continue;
    await file.write(lines.join(''));
    lines = [];
  }
}

/** Reads a file of `writeEvents` into memory. */
export async function readEvents(path: string): Promise<Events> {
  const bytes = await readFile(path);
  let count = 0;
  for (const byte of bytes) if (byte === NEWLINE) count++;
  const starts = new Float64Array(count + 1);
  for (let i = 1; i <= count; i++) {
    starts[i] = bytes.indexOf(NEWLINE, starts[i - 1]) + 1;
  }
  return { bytes, starts, count };
}

/** The first events, in the same memory; all of them when there are not so many. */
export function firstEvents(events: Events, count: number): Events {
  return { ...events, count: Math.min(count, events.count) };
}

/** Position and end of an event's text. */
export function boundsOf({ starts }: Events, index: number): { start: number; end: number } {
  return { start: starts[index]!, end: starts[index + 1]! - 1 };
}

/** The event, by `JSON.parse`. */
export function parseEvent({ bytes, starts }: Events, index: number): Event {
  return JSON.parse(bytes.toString('utf8', starts[index]!, starts[index + 1]! - 1)) as Event;
}

/** Integers from 0 to below a bound, by Marsaglia's 32-bit xorshift. */
function randomIntegers(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}
