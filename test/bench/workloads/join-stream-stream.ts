import { type Event, parseEvent } from '../events.ts';
import type { DurableOutput } from '../durable-output.ts';
import { BATCH_EVENTS, type Figures, type Workload } from './workload.ts';

const WITHIN_MS = 10_000;
/** Events below go to the left stream, the others to the right one: half of them each. */
const MS_MIDDLE = 500;

/** W4S: pairs of events of one user that are within ten seconds of each other. */
export const joinStreamStream: Workload = {
  name: 'W4S',
  title: 'stream-stream join WITHIN 10 SECONDS by user, JSON streams to JSON stream',

  prepareSql: (source) =>
    ['< ', '>= '].map(
      (operator, side) =>
        `CREATE STREAM ${sideOf(source, side)} AS SELECT user_id, ms FROM ${source} ` +
        `WHERE ms ${operator}${MS_MIDDLE} PARTITION BY user_id EMIT CHANGES;`,
    ),

  createSql: ({ source, result }) =>
    `CREATE STREAM ${result} AS SELECT l.user_id AS user_id, l.ms AS a, r.ms AS b ` +
    `FROM ${sideOf(source, 0)} l JOIN ${sideOf(source, 1)} r ` +
    'WITHIN 10 SECONDS GRACE PERIOD 1 SECOND ON l.user_id = r.user_id EMIT CHANGES;',

  readSql: (result) => [`SELECT user_id, a, b FROM ${result};`],

  figuresOf(rows) {
    const figures = { rows: 0, msTotal: 0 };
    for (const [, a, b] of rows) {
      figures.rows++;
      figures.msTotal += (a as number) - (b as number);
    }
    return figures;
  },

  handWritten(events, meter) {
    const join = new Join();
    for (let i = 0; i < events.count; i++) {
      join.add(parseEvent(events, i), (pair) => pair.length);
      if ((i + 1) % BATCH_EVENTS === 0) meter.mark(i + 1);
    }
    return join.figures;
  },

  async durable(events, meter, output) {
    const join = new Join();
    const { bytes, starts, count } = events;
    for (let from = 0; from < count; from += BATCH_EVENTS) {
      const to = Math.min(count, from + BATCH_EVENTS);
      for (let i = from; i < to; i++) {
        const event = parseEvent(events, i);
        join.add(event, (pair) => output.write(pair));
        keep(output, event);
      }
      await output.commit(bytes.subarray(starts[from], starts[to]), to);
      meter.mark(to);
    }
    return join.figures;
  },
};

function sideOf(source: string, side: number): string {
  return `${source}_${side === 0 ? 'left' : 'right'}`;
}

function keep(output: DurableOutput, { user_id, ms, ts }: Event): void {
  output.put(`${ms < MS_MIDDLE ? 'l' : 'r'}|${user_id}|${ts}`, JSON.stringify({ ms }));
}

interface Seen {
  readonly ms: number;
  readonly ts: number;
}

class Join {
  readonly #sides = [new Map<string, Seen[]>(), new Map<string, Seen[]>()] as const;
  readonly #figures = { rows: 0, msTotal: 0 };

  get figures(): Figures {
    return this.#figures;
  }

  add({ user_id, ms, ts }: Event, emit: (pair: string) => unknown): void {
    const side = ms < MS_MIDDLE ? 0 : 1;
    const mine = rowsOf(this.#sides[side], user_id);
    const theirs = rowsOf(this.#sides[1 - side] as Map<string, Seen[]>, user_id);
    while (theirs.length > 0 && theirs[0]!.ts < ts - WITHIN_MS) theirs.shift();
    for (const other of theirs) {
      const [a, b] = side === 0 ? [ms, other.ms] : [other.ms, ms];
      this.#figures.rows++;
      this.#figures.msTotal += a - b;
      emit(JSON.stringify({ user_id, a, b }));
    }
    mine.push({ ms, ts });
  }
}

function rowsOf(side: Map<string, Seen[]>, user: string): Seen[] {
  let rows = side.get(user);
  if (rows === undefined) {
    rows = [];
    side.set(user, rows);
  }
  return rows;
}
