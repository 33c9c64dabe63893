import type { Reading } from './payload-readings.ts';

const NO_DATA = '¯\\_(ツ)_/¯ - no data processed';
const NO_FORMAT =
  ' does not match any supported format. It may be a STRING with encoding other than UTF8, or some other format.';

/** A format that fits everything seen so far. */
interface Candidate {
  readonly reading: Reading;
  /** Everything so far looked like something else. */
  readonly isDoubtful: boolean;
}

/**
 * Prints the keys or the values of one topic in a format that fits everything seen so far: of those left the first. A
 * format that does not fit a record is given up for good. Numbers whose bytes were all printable text so far come last.
 */
export class PayloadPrinter {
  #candidates: readonly Candidate[];
  #seen = false;

  /** @param readings in the order in which they are preferred. */
  constructor(readings: readonly Reading[]) {
    this.#candidates = readings.map((reading) => ({ reading, isDoubtful: true }));
  }

  /** @throws SchemaNeeded: then nothing of this call counts. */
  print(bytes: Buffer | null): string {
    if (bytes === null) return '<null>';
    const texts = this.#candidates.flatMap(({ reading, isDoubtful }) => {
      const text = reading.read(bytes);
      if (text === null) return [];
      return [{ text, reading, isDoubtful: isDoubtful && reading.isDoubtful(bytes) }];
    });
    this.#candidates = texts;
    this.#seen = true;
    return inOrder(texts)[0]?.text ?? '<Failed to deserialize>';
  }

  /** What it may be, as PRINT says it behind `Key format:`. */
  get formats(): string {
    if (!this.#seen) return NO_DATA;
    const names = inOrder(this.#candidates).map(({ reading }) => reading.name);
    return names.length === 0 ? NO_FORMAT : names.join(' or ');
  }
}

function inOrder<T extends Candidate>(candidates: readonly T[]): T[] {
  return candidates.toSorted((a, b) => Number(a.isDoubtful) - Number(b.isDoubtful));
}
