import { DAY_MS } from '../../sql/calendar.ts';
import { DATE, INTEGER, TIME, TIMESTAMP } from '../../sql/types.ts';
import {
  INTERVAL_UNIT,
  overload,
  parameter,
  type ScalarFunction,
  type ScalarOverload,
} from '../function.ts';
import { checkedDays, checkedTimestamp } from './time-range.ts';
import { unitMs } from './time-unit.ts';

type MovedType = typeof DATE | typeof TIME | typeof TIMESTAMP;

/** The value moved by a number of units. */
type Move = (value: number, unit: string, count: number) => number;

/** A time of day beyond either end of the day does not count: whole days are left as they are. */
const moveDate: Move = (days, unit, count) => {
  const shift = unitMs(unit);
  // Whole days stay exact where their milliseconds would not.
  if (shift === DAY_MS) return checkedDays(days + count);
  return checkedDays(Math.trunc((days * DAY_MS + count * shift) / DAY_MS));
};

const moveTime: Move = (ms, unit, count) => {
  const shift = unitMs(unit);
  const moved = shift === DAY_MS ? ms : (ms + count * shift) % DAY_MS;
  return moved < 0 ? moved + DAY_MS : moved;
};

const moveTimestamp: Move = (ms, unit, count) => checkedTimestamp(ms + count * unitMs(unit));

export const dateAdd: ScalarFunction = {
  name: 'DATEADD',
  displayName: 'dateadd',
  category: 'DATE / TIME',
  description: 'A date moved forward by a number of units; parts of a day are cut.',
  examples: [
    { sql: "DATEADD(DAYS, 3, CAST('2024-02-27' AS DATE))", result: "'2024-03-01'" },
    { sql: "DATEADD(HOURS, 47, CAST('2024-02-27' AS DATE))", result: "'2024-02-28'" },
    { sql: "DATEADD(DAYS, -27, CAST('2024-02-27' AS DATE))", result: "'2024-01-31'" },
  ],
  overloads: [moveOverload('date', DATE, moveDate, 1)],
};

export const dateSub: ScalarFunction = {
  name: 'DATESUB',
  displayName: 'datesub',
  category: 'DATE / TIME',
  description: 'A date moved back by a number of units; parts of a day are cut.',
  examples: [{ sql: "DATESUB(DAYS, 1, CAST('2024-03-01' AS DATE))", result: "'2024-02-29'" }],
  overloads: [moveOverload('date', DATE, moveDate, -1)],
};

export const timeAdd: ScalarFunction = {
  name: 'TIMEADD',
  displayName: 'timeadd',
  category: 'DATE / TIME',
  description: 'A time of day moved forward by a number of units, around midnight if need be.',
  examples: [
    { sql: "TIMEADD(MINUTES, 10, CAST('23:55' AS TIME))", result: "'00:05'" },
    { sql: "TIMEADD(DAYS, 1, CAST('23:55' AS TIME))", result: "'23:55'" },
  ],
  overloads: [moveOverload('time', TIME, moveTime, 1)],
};

export const timeSub: ScalarFunction = {
  name: 'TIMESUB',
  displayName: 'timesub',
  category: 'DATE / TIME',
  description: 'A time of day moved back by a number of units, around midnight if need be.',
  examples: [{ sql: "TIMESUB(HOURS, 2, CAST('01:30' AS TIME))", result: "'23:30'" }],
  overloads: [moveOverload('time', TIME, moveTime, -1)],
};

export const timestampAdd: ScalarFunction = {
  name: 'TIMESTAMPADD',
  displayName: 'timestampadd',
  category: 'DATE / TIME',
  description: 'A timestamp moved forward by a number of units.',
  examples: [
    {
      sql: "TIMESTAMPADD(SECONDS, 90, CAST('2024-01-31T23:59' AS TIMESTAMP))",
      result: "'2024-02-01T00:00:30.000'",
    },
  ],
  overloads: [moveOverload('timestamp', TIMESTAMP, moveTimestamp, 1)],
};

export const timestampSub: ScalarFunction = {
  name: 'TIMESTAMPSUB',
  displayName: 'timestampsub',
  category: 'DATE / TIME',
  description: 'A timestamp moved back by a number of units.',
  examples: [
    {
      sql: "TIMESTAMPSUB(MILLISECONDS, 1, CAST('2024-01-01' AS TIMESTAMP))",
      result: "'2023-12-31T23:59:59.999'",
    },
  ],
  overloads: [moveOverload('timestamp', TIMESTAMP, moveTimestamp, -1)],
};

function moveOverload(
  name: string,
  type: MovedType,
  move: Move,
  direction: 1 | -1,
): ScalarOverload {
  return overload(
    [parameter('unit', INTERVAL_UNIT), parameter('count', INTEGER), parameter(name, type)],
    type,
    (unit: string, count: number, value: number) => move(value, unit, direction * count),
  );
}
