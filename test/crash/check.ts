import { checkDefinitions, checkExtra } from './check-definitions.ts';
import { checkEvents, checkOrderOfWriters, checkSeen } from './check-rows.ts';
import { checkProcessingLog } from './check-processing-log.ts';
import { checkRawTopics } from './check-raw-topics.ts';
import { checkBig, checkByTag, checkJoined } from './check-streams.ts';
import { checkChanges, checkTable, groups, windows, withExtremes } from './check-tables.ts';
import { eventOf, isInBig, keyOf, streamOf } from './event.ts';
import type { Expectation } from './expectation.ts';
import type { Observation } from './observation.ts';
import { EXTRAS } from './workload.ts';

/** What is wrong with the database, as sentences; empty when everything is as it must be. */
export function check(observation: Observation, expectation: Expectation): string[] {
  const events = streamOf(observation, 'EVENTS').map(eventOf);
  return [
    ...checkEvents(observation, expectation),
    ...checkOrderOfWriters(events),
    ...checkBig(observation, events),
    ...checkJoined(observation, events),
    ...checkByTag(observation, events),
    ...checkProcessingLog(observation, events),
    ...checkChanges(observation),
    ...checkTable(observation, 'PER_KEY', groups(events, keyOf, withExtremes)),
    ...checkTable(observation, 'PER_WINDOW', windows(events)),
    ...checkTable(observation, 'BIG_PER_KEY', groups(events.filter(isInBig), keyOf)),
    ...checkTable(
      observation,
      'PER_TAG',
      groups(events, ({ tag }) => tag),
    ),
    ...checkRawTopics(observation, expectation),
    ...checkSeen(observation, expectation),
    ...checkDefinitions(observation, expectation),
    ...EXTRAS.flatMap((extra) => checkExtra(extra, { observation, expectation, events })),
  ];
}
