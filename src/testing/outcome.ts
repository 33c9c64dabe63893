/** What became of a case. */
export type Outcome =
  | {
      readonly kind: 'passed';
      /** Why the last statement was refused, as expected; null for a case that ran. */
      readonly refusal: string | null;
      /** Expectations about internal topics, which were not looked at. */
      readonly skippedCount: number;
    }
  | {
      readonly kind: 'failed';
      readonly reason: FailureReason;
      /** Expected and actual. */
      readonly message: string;
    };

/**
 * Why a case failed: a statement was refused that should run; it ran though it should be refused; the engine broke;
 * the records, the metadata or an answer over HTTP are not as expected; or the case itself cannot be run.
 */
export type FailureReason =
  'refused' | 'not refused' | 'internal' | 'records' | 'metadata' | 'response' | 'case';

/** A finding that ends the case. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly reason: FailureReason;

  constructor(reason: FailureReason, message: string) {
    super(message);
    this.reason = reason;
  }

  get outcome(): Outcome {
    return { kind: 'failed', reason: this.reason, message: this.message };
  }
}
