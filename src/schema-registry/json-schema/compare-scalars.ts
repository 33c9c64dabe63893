import type { SchemaPair } from './json-schema-compatibility.ts';

/** An upper bound of the reader must be at or above one of the writer. */
export function compareMaximum(
  pair: SchemaPair,
  { keyword, kind }: { keyword: string; kind: string },
): void {
  const { [keyword]: allowed } = pair.reader;
  const { [keyword]: written } = pair.writer;
  if (typeof allowed !== 'number') return;
  if (typeof written !== 'number') pair.add(`${kind}_ADDED`, `${keyword} is ${allowed} now`);
  else if (allowed < written) {
    pair.add(`${kind}_DECREASED`, `${keyword} was ${written} and is ${allowed} now`);
  }
}

/** A lower bound of the reader must be at or below one of the writer. */
export function compareMinimum(
  pair: SchemaPair,
  { keyword, kind }: { keyword: string; kind: string },
): void {
  const { [keyword]: allowed } = pair.reader;
  const { [keyword]: written } = pair.writer;
  if (typeof allowed !== 'number') return;
  if (typeof written !== 'number') {
    if (allowed > 0 || !keyword.startsWith('min') || keyword === 'minimum') {
      pair.add(`${kind}_ADDED`, `${keyword} is ${allowed} now`);
    }
  } else if (allowed > written) {
    pair.add(`${kind}_INCREASED`, `${keyword} was ${written} and is ${allowed} now`);
  }
}

/** Lengths and patterns of texts. */
export function compareStrings(pair: SchemaPair): void {
  compareMaximum(pair, { keyword: 'maxLength', kind: 'MAX_LENGTH' });
  compareMinimum(pair, { keyword: 'minLength', kind: 'MIN_LENGTH' });
  const { pattern: allowed } = pair.reader;
  const { pattern: written } = pair.writer;
  if (typeof allowed !== 'string' || allowed === written) return;
  if (typeof written !== 'string') pair.add('PATTERN_ADDED', `the pattern ${allowed} is new`);
  else pair.add('PATTERN_CHANGED', `the pattern was ${written} and is ${allowed} now`);
}

/** Bounds of numbers, and what they are multiples of. */
export function compareNumbers(given: SchemaPair): void {
  const pair = {
    ...given,
    reader: withNumberBounds(given.reader),
    writer: withNumberBounds(given.writer),
  };
  compareMaximum(pair, { keyword: 'maximum', kind: 'MAXIMUM' });
  compareMinimum(pair, { keyword: 'minimum', kind: 'MINIMUM' });
  compareMaximum(pair, { keyword: 'exclusiveMaximum', kind: 'EXCLUSIVE_MAXIMUM' });
  compareMinimum(pair, { keyword: 'exclusiveMinimum', kind: 'EXCLUSIVE_MINIMUM' });
  const { multipleOf: allowed } = pair.reader;
  const { multipleOf: written } = pair.writer;
  if (typeof allowed !== 'number' || allowed === written) return;
  if (typeof written !== 'number') {
    pair.add('MULTIPLE_OF_ADDED', `numbers must be multiples of ${allowed} now`);
  } else if (written % allowed !== 0) {
    const kind = allowed > written && allowed % written === 0 ? 'EXPANDED' : 'CHANGED';
    pair.add(`MULTIPLE_OF_${kind}`, `multipleOf was ${written} and is ${allowed} now`);
  }
}

type Keywords = SchemaPair['reader'];

/** Draft 4 says with true that `maximum` is exclusive; later drafts give the bound itself. */
function withNumberBounds(schema: Keywords): Keywords {
  const { exclusiveMaximum, exclusiveMinimum, maximum, minimum, ...rest } = schema;
  return {
    ...rest,
    ...(exclusiveMaximum === true ? { exclusiveMaximum: maximum } : { exclusiveMaximum, maximum }),
    ...(exclusiveMinimum === true ? { exclusiveMinimum: minimum } : { exclusiveMinimum, minimum }),
  };
}
