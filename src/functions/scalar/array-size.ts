import { EvaluationError } from '../../sql/evaluation-error.ts';

/** The longest array a function makes out of less. */
const LENGTH_MAX = 1_000_000;

/**
 * Refuses arrays that would exhaust memory, before they are made.
 * @throws EvaluationError when the length is beyond 1,000,000.
 */
export function checkLength(functionName: string, length: number): void {
  if (length <= LENGTH_MAX) return;
  throw new EvaluationError(
    `The result of ${functionName} would have ${length} elements; the most is ${LENGTH_MAX}`,
  );
}
