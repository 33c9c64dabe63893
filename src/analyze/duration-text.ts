/** Nanoseconds of each unit a WITH clause knows. */
const UNIT_NANOSECONDS: Readonly<Record<string, bigint>> = {
  NANOSECOND: 1n,
  MICROSECOND: 1_000n,
  MILLISECOND: 1_000_000n,
  SECOND: 1_000_000_000n,
  MINUTE: 60_000_000_000n,
  HOUR: 3_600_000_000_000n,
  DAY: 86_400_000_000_000n,
};

const MILLISECOND = 1_000_000n;
const DAYS_MAX = 36_500n;

/**
 * The milliseconds of a duration as a WITH clause has it: a whole number, one blank, and a unit in any case, whose S
 * may be missing. When it is none, what is wrong with it.
 */
export function parseDurationText(text: string): number | string {
  const [amount = '', unit, ...more] = text.split(' ');
  if (unit === undefined || more.length > 0) {
    return "Expected '<number> <unit>', such as '30 SECONDS'.";
  }
  const nanoseconds = UNIT_NANOSECONDS[unit.toUpperCase().replace(/S$/, '')];
  if (nanoseconds === undefined) {
    const known = Object.keys(UNIT_NANOSECONDS).map((name) => `${name}S`);
    return `Unknown time unit: '${unit.toUpperCase()}'. It may be ${known.join(', ')}.`;
  }
  if (!/^\d{1,18}$/.test(amount)) return `Not a whole number: '${amount}'.`;
  const duration = BigInt(amount) * nanoseconds;
  if (duration >= MILLISECOND && duration <= DAYS_MAX * 86_400_000n * MILLISECOND) {
    return Number(duration / MILLISECOND);
  }
  return `It must be from 1 MILLISECOND to ${DAYS_MAX} DAYS.`;
}
