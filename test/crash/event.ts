import type { Observation, StreamRow } from './observation.ts';
import { BIG_ABOVE, EXTRA_ABOVE, SMALL_BELOW } from './workload.ts';

/** A row of EVENTS as it was found. */
export interface Event {
  readonly partition: number;
  readonly offset: number;
  readonly time: number;
  readonly key: string;
  readonly id: string;
  readonly tag: string;
  readonly amount: number;
}

/** The rows of a stream; none if it was not read. */
export function streamOf({ streams }: Observation, name: string): readonly StreamRow[] {
  return streams.get(name) ?? [];
}

/** A row of EVENTS, taken apart. */
export function eventOf({ partition, offset, time, values }: StreamRow): Event {
  const [key, id, tag, amount] = values;
  return {
    partition,
    offset,
    time,
    key: String(key),
    id: String(id),
    tag: String(tag),
    amount: Number(amount),
  };
}

/** The group of an event in most views. */
export const keyOf = ({ key }: Event): string => key;
/** Goes to BIG through the query that created it. */
export const isLarge = ({ amount }: Event): boolean => amount > BIG_ABOVE;
/** Goes to BIG through the INSERT INTO ... SELECT. */
export const isSmall = ({ amount }: Event): boolean => amount < SMALL_BELOW;
/** Fits into the column of SHORT, which has two digits. */
export const isShort = ({ amount }: Event): boolean => amount < 100;
export const isInBig = (event: Event): boolean => isLarge(event) || isSmall(event);
/** Goes to the sources that come and go. */
export const isExtra = ({ amount }: Event): boolean => amount > EXTRA_ABOVE;
