/**
 * A value could not be computed from a row: a null operand of arithmetic, division by zero, unparsable text in a
 * cast, an overflow. Caught per column or per row by the step that evaluates, which reports it to the processing log
 * (section 2.8 of the dialect).
 */
export class EvaluationError extends Error {
  override readonly name = 'EvaluationError';
}
