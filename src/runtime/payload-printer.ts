/** A way to read bytes as text; null when these bytes are not of that kind. */
interface Reading {
  readonly name: string;
  read(bytes: Buffer): string | null;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function textOf(bytes: Buffer): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

/** Tried in this order; a kind that does not fit a record is given up for good. */
const READINGS: readonly Reading[] = [
  { name: 'JSON', read: (bytes) => jsonText(bytes) },
  { name: 'KAFKA_INT', read: (bytes) => (bytes.length === 4 ? String(bytes.readInt32BE()) : null) },
  {
    name: 'KAFKA_BIGINT',
    read: (bytes) => (bytes.length === 8 ? String(bytes.readBigInt64BE()) : null),
  },
  { name: 'KAFKA_STRING', read: textOf },
];

/** JSON objects and arrays only: a bare number or word is as likely a string. */
function jsonText(bytes: Buffer): string | null {
  const text = textOf(bytes);
  if (text === null || !/^\s*[[{]/.test(text)) return null;
  try {
    JSON.parse(text);
    return text;
  } catch {
    return null;
  }
}

/** A 4- or 8-byte payload of nothing but printable text is text, not a number. */
function looksLikeText(bytes: Buffer): boolean {
  return bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
}

/** Prints the keys or the values of one topic in the format that fits everything seen so far. */
export class PayloadPrinter {
  #candidates: readonly Reading[] = READINGS;

  print(bytes: Buffer | null): string {
    if (bytes === null) return '<null>';
    const numeric = !looksLikeText(bytes);
    this.#candidates = this.#candidates.filter(
      (reading) => (numeric || !reading.name.endsWith('INT')) && reading.read(bytes) !== null,
    );
    const [reading] = this.#candidates;
    return reading?.read(bytes) ?? `<binary, ${bytes.length} bytes>`;
  }
}
