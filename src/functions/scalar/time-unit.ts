import { EvaluationError } from '../../sql/evaluation-error.ts';

/** Milliseconds of each time unit that functions take as an argument. */
const UNIT_MS: Readonly<Record<string, number>> = {
  DAYS: 86_400_000,
  HOURS: 3_600_000,
  MINUTES: 60_000,
  SECONDS: 1_000,
  MILLISECONDS: 1,
};

/**
 * How many milliseconds the unit has.
 * @throws EvaluationError for a unit functions do not take.
 */
export function unitMs(unit: string): number {
  const ms = UNIT_MS[unit];
  if (ms !== undefined) return ms;
  throw new EvaluationError(
    `There is no time unit ${unit}: use ${Object.keys(UNIT_MS).join(', ')}`,
  );
}
