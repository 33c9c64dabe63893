/** A JSON value as the client hands it out; see {@link parseJson} for how numbers come. */
export type JsonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** The part of `JSON` that TypeScript's own library does not describe. */
interface SourceTextJson {
  parse(
    text: string,
    reviver: (name: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): unknown;
}

const sourceTextJson = JSON as unknown as SourceTextJson;

/** Any decimal number of up to this many digits survives becoming a double and back. */
const DOUBLE_DIGITS_SAFE = 15;

/**
 * Parses JSON for programs, without rounding anything: a number that a double holds comes as a number, an integer
 * beyond 2^53 as a bigint, and a decimal number with more digits than a double has as its text.
 * @throws SyntaxError when the text is not JSON.
 */
export function parseJson(text: string): JsonValue {
  return sourceTextJson.parse(text, (_name, value, { source }) =>
    typeof value === 'number' && source !== undefined ? fromSource(value, source) : value,
  ) as JsonValue;
}

/**
 * Parses JSON for printing: every number keeps the digits it was sent with (`1.50` stays `1.50`, `10.0` stays
 * `10.0`), so that `JSON.stringify` of the result, or of any part of it, writes them again.
 * @throws SyntaxError when the text is not JSON.
 */
export function parseExactJson(text: string): unknown {
  return sourceTextJson.parse(text, (_name, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source
      ? sourceTextJson.rawJSON(source)
      : value,
  );
}

function fromSource(value: number, source: string): number | bigint | string {
  if (!Number.isSafeInteger(value) && /^-?\d+$/.test(source)) return BigInt(source);
  if (!Number.isFinite(value)) return source;
  // A double written as shortly as it can be shows which decimal digits it holds.
  const digits = significantDigits(source);
  const held = digits.length <= DOUBLE_DIGITS_SAFE || digits === significantDigits(String(value));
  return held ? value : source;
}

/** The digits of a JSON number without sign, point, exponent and the zeros around them. */
function significantDigits(number: string): string {
  const mantissa = number.replace(/e.*$/i, '').replace(/[-.]/g, '');
  return mantissa.replace(/^0+/, '').replace(/0+$/, '');
}
