import { EvaluationError } from '../../sql/evaluation-error.ts';
import { shownText } from '../../sql/shown-text.ts';
import { INTEGER, STRING } from '../../sql/types.ts';
import { overload, parameter, type ScalarFunction, type ScalarOverload } from '../function.ts';

/** What stands in for each class of characters; null leaves the class as it is. */
interface Masks {
  readonly upper: string | null;
  readonly lower: string | null;
  readonly digit: string | null;
  readonly other: string | null;
}

const DEFAULTS: Masks = { upper: 'X', lower: 'x', digit: 'n', other: '-' };
const MASK_PARAMETERS = ['upper', 'lower', 'digit', 'other'].map((name) =>
  parameter(name, STRING, 'PASS'),
);
const UPPER = /^\p{Lu}/u;
const LOWER = /^\p{Ll}/u;
const DIGIT = /^\p{Nd}/u;

const MASKS_TEXT =
  'Four more arguments may say what replaces upper-case letters, lower-case letters, digits and all ' +
  'others instead of X, x, n and -; null leaves them as they are.';

export const mask: ScalarFunction = {
  name: 'MASK',
  displayName: 'mask',
  category: 'STRING',
  description: `The text with every character replaced by one that tells only its class. ${MASKS_TEXT}`,
  examples: [
    { sql: "MASK('My Test $123')", result: "'Xx-Xxxx--nnn'" },
    { sql: "MASK('My Test $123', '*', NULL, '1', NULL)", result: "'*y *est $111'" },
  ],
  overloads: [
    overload([parameter('text', STRING)], STRING, (text: string) => maskAll(text, DEFAULTS)),
    overload(
      [parameter('text', STRING, 'PASS'), ...MASK_PARAMETERS],
      STRING,
      (text: string | null, ...masks: (string | null)[]) => {
        const checked = checkMasks('MASK', masks);
        return text === null ? null : maskAll(text, checked);
      },
    ),
  ],
};

export const maskLeft: ScalarFunction = {
  name: 'MASK_LEFT',
  displayName: 'mask_left',
  category: 'STRING',
  description: `The text with its first characters masked as by MASK. ${MASKS_TEXT}`,
  examples: [{ sql: "MASK_LEFT('4000-1234', 4)", result: "'nnnn-1234'" }],
  overloads: partOverloads(
    'MASK_LEFT',
    (text, count, masks) => maskAll(text.slice(0, count), masks) + text.slice(count),
  ),
};

export const maskRight: ScalarFunction = {
  name: 'MASK_RIGHT',
  displayName: 'mask_right',
  category: 'STRING',
  description: `The text with its last characters masked as by MASK. ${MASKS_TEXT}`,
  examples: [{ sql: "MASK_RIGHT('4000-1234', 4)", result: "'4000-nnnn'" }],
  overloads: partOverloads('MASK_RIGHT', (text, count, masks) => {
    const start = Math.max(0, text.length - count);
    return text.slice(0, start) + maskAll(text.slice(start), masks);
  }),
};

export const maskKeepLeft: ScalarFunction = {
  name: 'MASK_KEEP_LEFT',
  displayName: 'mask_keep_left',
  category: 'STRING',
  description: `The text with all but its first characters masked as by MASK. ${MASKS_TEXT}`,
  examples: [{ sql: "MASK_KEEP_LEFT('4000-1234', 4)", result: "'4000-nnnn'" }],
  overloads: partOverloads(
    'MASK_KEEP_LEFT',
    (text, count, masks) => text.slice(0, count) + maskAll(text.slice(count), masks),
  ),
};

export const maskKeepRight: ScalarFunction = {
  name: 'MASK_KEEP_RIGHT',
  displayName: 'mask_keep_right',
  category: 'STRING',
  description: `The text with all but its last characters masked as by MASK. ${MASKS_TEXT}`,
  examples: [{ sql: "MASK_KEEP_RIGHT('4000-1234', 4)", result: "'nnnn-1234'" }],
  overloads: partOverloads('MASK_KEEP_RIGHT', (text, count, masks) => {
    const start = Math.max(0, text.length - count);
    return maskAll(text.slice(0, start), masks) + text.slice(start);
  }),
};

function partOverloads(
  name: string,
  maskPart: (text: string, count: number, masks: Masks) => string,
): readonly ScalarOverload[] {
  const parameters = [parameter('text', STRING, 'PASS'), parameter('count', INTEGER, 'FAIL')];
  const apply = (text: string | null, count: number, masks: Masks): string | null => {
    if (count < 0)
      throw new EvaluationError(`${name} needs a count of 0 or more, but found ${count}`);
    return text === null ? null : maskPart(text, count, masks);
  };
  return [
    overload(parameters, STRING, (text: string | null, count: number) =>
      apply(text, count, DEFAULTS),
    ),
    overload(
      [...parameters, ...MASK_PARAMETERS],
      STRING,
      (text: string | null, count: number, ...masks: (string | null)[]) =>
        apply(text, count, checkMasks(name, masks)),
    ),
  ];
}

function checkMasks(name: string, masks: readonly (string | null)[]): Masks {
  for (const mask of masks) {
    if (mask !== null && mask.length !== 1) {
      throw new EvaluationError(
        `${name} needs masks of one character, but found ${shownText(mask)}`,
      );
    }
  }
  const [upper = null, lower = null, digit = null, other = null] = masks;
  return { upper, lower, digit, other };
}

function maskAll(text: string, masks: Masks): string {
  let masked = '';
  // By UTF-16 unit: halves of a surrogate pair are masked one by one, as others.
  for (let index = 0; index < text.length; index++) {
    const unit = text[index]!;
    masked += maskFor(unit, masks) ?? unit;
  }
  return masked;
}

function maskFor(unit: string, { upper, lower, digit, other }: Masks): string | null {
  if (UPPER.test(unit)) return upper;
  if (LOWER.test(unit)) return lower;
  return DIGIT.test(unit) ? digit : other;
}
