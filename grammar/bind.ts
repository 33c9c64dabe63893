import { Scanner } from './scan.ts';

/** A value for a `?`: a number by its digits, so that none is lost. */
export type BoundValue = null | boolean | string | { readonly digits: string };

/** A text whose `?` and values do not fit together. */
export class BindError extends Error {
  override readonly name = 'BindError';
}

const DIGITS = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * Puts a literal in the place of each `?` of a statement, in order. Only a `?` that stands by itself counts, not one in
 * a string, a quoted name or a comment; and whatever a value holds, it becomes exactly one literal, because the same
 * scanner that reads statements finds where it begins and ends.
 * @throws BindError when there are more or fewer values than `?`, or one is no value.
 */
export function bindValues(text: string, values: readonly BoundValue[]): string {
  const scanner = new Scanner(text);
  let bound = '';
  let from = 0;
  let count = 0;
  while (scanner.next()) {
    if (text[scanner.start] !== '?') continue;
    if (scanner.end - scanner.start !== 1) continue;
    if (count < values.length) {
      // Blanks keep it from growing together with what stands beside it.
      bound += `${text.slice(from, scanner.start)} ${literalOf(values[count]!)} `;
      from = scanner.end;
    }
    count++;
  }
  if (count !== values.length) {
    throw new BindError(
      `The statement has ${count} of "?", but there are ${values.length} values.`,
    );
  }
  return bound + text.slice(from);
}

function literalOf(value: BoundValue): string {
  const literal = formatLiteral(value);
  const scanner = new Scanner(literal);
  const isOne = scanner.next() && scanner.start === 0 && scanner.end === literal.length;
  // A sign is a lexeme of its own.
  if (!isOne && !literal.startsWith('-'))
    throw new BindError('A value cannot be written as a literal.');
  return literal;
}

function formatLiteral(value: BoundValue): string {
  if (value === null) return 'NULL';
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  if (!DIGITS.test(value.digits)) throw new BindError('A number has to be written in digits.');
  return value.digits;
}
