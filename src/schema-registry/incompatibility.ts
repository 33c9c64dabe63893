/** One reason why data of one schema cannot be read with another. */
export interface Incompatibility {
  /** In capitals, as Confluent's registry names such reasons. */
  readonly kind: string;
  /** Where in the reader's schema, in the manner of a JSON pointer. */
  readonly path: string;
  readonly message: string;
}

/** No more of them are gathered: the first say enough. */
export const INCOMPATIBILITIES_MAX = 20;
