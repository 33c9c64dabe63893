import { type Event, type Events, parseEvent } from '../events.ts';
import type { DurableOutput } from '../durable-output.ts';
import type { Meter } from '../meter.ts';
import { BATCH_EVENTS, type Figures, type Workload } from './workload.ts';

/** A result by hand that is written when it has changed. */
export interface Group {
  readonly key: string;
  n: number;
  total: number;
  /** Whether it has changed since the last commit. */
  isDirty: boolean;
}

/** A grouping by hand: what one event changes, and what is there in the end. */
export interface ByHand {
  /** Takes an event in and calls `changed` for each result it changes. */
  take(event: Event, changed: (group: Group) => void): void;
  figures(): Figures;
}

function ignore(): void {}

/** The loops of a workload whose results are groups. */
export function groupedLoops(create: () => ByHand): Pick<Workload, 'handWritten' | 'durable'> {
  return {
    handWritten(events: Events, meter: Meter) {
      const byHand = create();
      for (let i = 0; i < events.count; i++) {
        byHand.take(parseEvent(events, i), ignore);
        if ((i + 1) % BATCH_EVENTS === 0) meter.mark(i + 1);
      }
      return byHand.figures();
    },

    async durable(events: Events, meter: Meter, output: DurableOutput) {
      const byHand = create();
      const { bytes, starts, count } = events;
      const dirty: Group[] = [];
      const note = (group: Group): void => {
        if (group.isDirty) return;
        group.isDirty = true;
        dirty.push(group);
      };
      for (let from = 0; from < count; from += BATCH_EVENTS) {
        const to = Math.min(count, from + BATCH_EVENTS);
        for (let i = from; i < to; i++) byHand.take(parseEvent(events, i), note);
        for (const group of dirty) {
          const { key, n, total } = group;
          group.isDirty = false;
          const value = JSON.stringify({ n, total });
          output.write(key);
          output.write(value);
          output.put(key, value);
        }
        dirty.length = 0;
        await output.commit(bytes.subarray(starts[from], starts[to]), to);
        meter.mark(to);
      }
      return byHand.figures();
    },
  };
}

/** A group of a map; a new one when it is not there. */
export function groupOf(groups: Map<string, Group>, key: string): Group {
  let group = groups.get(key);
  if (group === undefined) {
    group = { key, n: 0, total: 0, isDirty: false };
    groups.set(key, group);
  }
  return group;
}

/** Figures of rows with a count and a sum. */
export function figuresOfCounts(rows: Iterable<readonly [n: number, total: number]>): Figures {
  const figures = { rows: 0, events: 0, msTotal: 0 };
  for (const [n, total] of rows) {
    figures.rows++;
    figures.events += n;
    figures.msTotal += total;
  }
  return figures;
}
