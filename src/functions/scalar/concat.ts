import { BYTES, STRING } from '../../sql/types.ts';
import { parameter, type ScalarFunction, type ScalarOverload } from '../function.ts';
import { checkSize } from './text-size.ts';

export const concat: ScalarFunction = {
  name: 'CONCAT',
  displayName: 'concat',
  category: 'STRING',
  description:
    'All texts (or byte strings) one after the other; nulls are skipped. Also written ||.',
  examples: [
    { sql: "CONCAT('a', 'b', 'c')", result: "'abc'" },
    { sql: "CONCAT('a', NULL)", result: "'a'" },
  ],
  overloads: [
    {
      parameters: [parameter('texts', STRING, 'PASS')],
      variadic: true,
      returnType: () => STRING,
      create: () => concatTexts,
    },
    {
      parameters: [parameter('bytes', BYTES, 'PASS')],
      variadic: true,
      returnType: () => BYTES,
      create:
        () =>
        (...pieces: (Uint8Array | null)[]) =>
          concatBytes(pieces),
    },
  ],
};

function concatTexts(...texts: (string | null)[]): string {
  let result = '';
  for (const text of texts) {
    if (text === null) continue;
    checkSize('CONCAT', result.length + text.length);
    result += text;
  }
  return result;
}

function concatBytes(pieces: readonly (Uint8Array | null)[]): Uint8Array {
  const present = pieces.filter((piece) => piece !== null);
  const size = present.reduce((sum, piece) => sum + piece.length, 0);
  checkSize('CONCAT', size);
  const result = new Uint8Array(size);
  let position = 0;
  for (const piece of present) {
    result.set(piece, position);
    position += piece.length;
  }
  return result;
}

export const concatWs: ScalarFunction = {
  name: 'CONCAT_WS',
  displayName: 'concat_ws',
  category: 'STRING',
  description:
    'All texts (or byte strings) after the first with the first between them. Nulls are skipped, ' +
    'their separator too; null when the separator is null.',
  examples: [
    { sql: "CONCAT_WS('-', 'a', NULL, 'b')", result: "'a-b'" },
    { sql: "CONCAT_WS(', ', NULL, CAST(NULL AS STRING))", result: "''" },
  ],
  overloads: [
    withSeparator(STRING, (separator: string, texts: readonly (string | null)[]) =>
      concatTexts(...interleave(separator, texts)),
    ),
    withSeparator(BYTES, (separator: Uint8Array, pieces: readonly (Uint8Array | null)[]) =>
      concatBytes(interleave(separator, pieces)),
    ),
  ],
};

function withSeparator<T extends string | Uint8Array>(
  type: typeof STRING | typeof BYTES,
  join: (separator: T, values: readonly (T | null)[]) => T,
): ScalarOverload {
  return {
    parameters: [
      parameter('separator', type),
      parameter('first', type, 'PASS'),
      parameter('others', type, 'PASS'),
    ],
    variadic: true,
    returnType: () => type,
    create:
      () =>
      (separator: T, ...values: (T | null)[]) =>
        join(separator, values),
  };
}

function interleave<T>(separator: T, values: readonly (T | null)[]): T[] {
  const present = values.filter((value) => value !== null);
  return present.flatMap((value, index) => (index === 0 ? [value] : [separator, value]));
}
