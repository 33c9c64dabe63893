import { complain, difference } from './complain.ts';
import { checkSequence } from './check-streams.ts';
import { type Event, isShort, streamOf } from './event.ts';
import type { Observation } from './observation.ts';

/**
 * SHORT reads EVENTS with a column that most amounts do not fit into. Those that fit are all in SHORT_ROWS; each other
 * record has exactly one entry in the processing log, in the order of its partition.
 */
export function checkProcessingLog(observation: Observation, events: readonly Event[]): string[] {
  const entries = streamOf(observation, 'KSQL_PROCESSING_LOG').filter(({ values }) =>
    /^processing\.CSAS_SHORT_ROWS_\d+\.SHORT\.deserializer$/.test(String(values[0])),
  );
  const found = entries.map(({ values }) => `${String(values[1])}/${String(values[2])}`);
  const unreadable = events.filter((event) => !isShort(event));
  const expected = unreadable.map(({ partition, offset }) => `${partition}/${offset}`);
  return [
    ...checkSequence('SHORT_ROWS', {
      expected: events.filter(isShort),
      found: streamOf(observation, 'SHORT_ROWS'),
      line: ({ key, id }) => JSON.stringify([key, id]),
    }),
    ...complain('entries of bad records are missing', difference(expected, found)),
    ...complain('entries of bad records are too much', difference(found, expected)),
    ...complain('entries of bad records are out of order', disordered(found)),
  ];
}

function disordered(places: readonly string[]): string[] {
  const last = new Map<string, number>();
  return places.filter((place) => {
    const [partition = '', offset] = place.split('/');
    const isLate = Number(offset) <= (last.get(partition) ?? -1);
    last.set(partition, Number(offset));
    return isLate;
  });
}
