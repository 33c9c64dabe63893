import type { Row } from '../evaluate.ts';
import { evaluateOrNull } from '../evaluate.ts';
import { keyBytes } from '../payload.ts';
import type { Event, Flow, Key } from './flow.ts';
import { keyOf, sameKey } from './flow.ts';
import { type JoinContext, joinedRow } from './join.ts';

interface Input {
  readonly side: 'left' | 'right';
  readonly partition: number;
  readonly event: Event;
}

/**
 * A table whose rows name rows of another (6.7). Exact when each tick has one record: within a tick of several, rows
 * of the two sides meet in an order that is the engine's own.
 */
export function joinForeignKey(left: Flow, right: Flow, context: JoinContext): Flow {
  const isInner = context.spec.type === 'INNER';
  const inputs = [...inputsOf(left, 'left'), ...inputsOf(right, 'right')].sort(
    (a, b) => a.event.tick - b.event.tick,
  );
  const partitions: Event[][] = left.partitions.map(() => []);
  inputs.forEach((input, index) => {
    const earlier = inputs.slice(0, index);
    const outputs =
      input.side === 'left' ? leftChange(input, earlier) : rightChange(input, earlier);
    for (const { partition, event } of outputs) partitions[partition]?.push(event);
  });
  return { ...left, partitions, knowsBefore: false };

  function foreignKeyOf(row: Row | null): Key {
    return row === null ? null : keyOf([evaluateOrNull(context.spec.leftOn, row)]);
  }

  function leftChange({ event, partition }: Input, earlier: readonly Input[]): Input[] {
    const keyBefore = foreignKeyOf(event.before);
    const keyAfter = foreignKeyOf(event.after);
    const emit = (after: Row | null, time: number): Input[] => [
      { side: 'left', partition, event: { ...event, before: null, after, time } },
    ];
    if (event.after === null) {
      if (event.before === null || (isInner && keyBefore === null)) return [];
      const old = lastOf(earlier, 'right', keyBefore);
      return emit(null, isInner && old?.after ? Math.max(event.time, old.time) : event.time);
    }
    const partner = keyAfter === null ? undefined : lastOf(earlier, 'right', keyAfter);
    if (partner?.after) {
      const row = joinedRow(event.after, partner.after, context);
      return emit(row, Math.max(event.time, partner.time));
    }
    if (!isInner) return emit(joinedRow(event.after, null, context), event.time);
    // Without a partner there is nothing to show; what was shown for the old key has to go.
    return keyBefore === null ? [] : emit(null, event.time);
  }

  function rightChange({ event }: Input, earlier: readonly Input[]): Input[] {
    const subscribers = latestLeft(earlier).filter(
      ({ event: row }) => sameKey(foreignKeyOf(row.after), event.key) && event.key !== null,
    );
    return subscribers.map(({ event: row, partition }): Input => {
      const nothing = isInner ? null : joinedRow(row.after, null, context);
      const after = event.after === null ? nothing : joinedRow(row.after, event.after, context);
      return { side: 'left', partition, event: { ...event, key: row.key, before: null, after } };
    });
  }

  /** The left rows there are, by the bytes of their keys. */
  function latestLeft(earlier: readonly Input[]): Input[] {
    const lefts = earlier.filter(({ side }) => side === 'left');
    const latest = lefts.filter(
      ({ event }, i) => !lefts.slice(i + 1).some((later) => sameKey(later.event.key, event.key)),
    );
    const rows = latest.filter(({ event }) => event.after !== null);
    return rows.toSorted((a, b) => Buffer.compare(bytesOf(a.event.key), bytesOf(b.event.key)));
  }

  function bytesOf(key: Key): Buffer {
    return keyBytes(key, left.keys, left.keyFormat) ?? Buffer.alloc(0);
  }
}

function inputsOf(flow: Flow, side: Input['side']): Input[] {
  return flow.partitions.flatMap((events, partition) =>
    events.map((event) => ({ side, partition, event })),
  );
}

function lastOf(earlier: readonly Input[], side: Input['side'], key: Key): Event | undefined {
  return earlier.findLast((input) => input.side === side && sameKey(input.event.key, key))?.event;
}
