import { EvaluationError } from '../../sql/evaluation-error.ts';

/** The longest text or byte string a function makes, in UTF-16 units or bytes. */
const SIZE_MAX = 16 * 1024 * 1024;

/**
 * Refuses results that would exhaust memory, before they are made.
 * @throws EvaluationError when the size is beyond 16,777,216.
 */
export function checkSize(functionName: string, size: number): void {
  if (size <= SIZE_MAX) return;
  throw new EvaluationError(
    `The result of ${functionName} would have ${size} characters or bytes; the most is ${SIZE_MAX}`,
  );
}
