/**
 * What has to happen to a data directory of one format so that it has the next. Its log stays as it is: record batches
 * and their files are Kafka's.
 */
export interface Migration {
  /** The format it takes; what it leaves is one more. */
  readonly from: number;
  /** What changes, for the log of the server. */
  readonly summary: string;
  /**
   * What is stored under the key from then on, as the bytes LevelDB holds. A pure function: an entry may be looked at
   * again after a crash, but only as it was before.
   */
  convert(key: Uint8Array, stored: Uint8Array): Uint8Array;
}
