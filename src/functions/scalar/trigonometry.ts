import { DOUBLE } from '../../sql/types.ts';
import { overload, type FunctionExample, type ScalarFunction } from '../function.ts';
import { ofNumber, ofTwoNumbers } from './of-numbers.ts';

const DEGREES_PER_RADIAN = 180 / Math.PI;
const RADIANS_PER_DEGREE = Math.PI / 180;

/** A function of one number, named as messages spell it. */
function trigonometric(
  displayName: string,
  compute: (value: number) => number,
  description: string,
  examples: readonly FunctionExample[],
): ScalarFunction {
  return {
    name: displayName.toUpperCase(),
    displayName,
    category: 'MATHEMATICAL',
    description,
    examples,
    overloads: ofNumber(compute),
  };
}

export const sin = trigonometric('sin', Math.sin, 'The sine of an angle in radians.', [
  { sql: 'SIN(0)', result: '0E0' },
]);

export const cos = trigonometric('cos', Math.cos, 'The cosine of an angle in radians.', [
  { sql: 'COS(0)', result: '1E0' },
]);

export const tan = trigonometric('tan', Math.tan, 'The tangent of an angle in radians.', [
  { sql: 'TAN(0)', result: '0E0' },
]);

export const cot = trigonometric(
  'cot',
  (value) => 1 / Math.tan(value),
  'The cotangent of an angle in radians, which is 1 / TAN; Infinity for 0.',
  [{ sql: 'COT(PI() / 2) < 0.001', result: 'true' }],
);

export const sinh = trigonometric('sinh', Math.sinh, 'The hyperbolic sine.', [
  { sql: 'SINH(0)', result: '0E0' },
]);

export const cosh = trigonometric('cosh', Math.cosh, 'The hyperbolic cosine.', [
  { sql: 'COSH(0)', result: '1E0' },
]);

export const tanh = trigonometric('tanh', Math.tanh, 'The hyperbolic tangent.', [
  { sql: 'TANH(0)', result: '0E0' },
]);

export const asin = trigonometric(
  'asin',
  Math.asin,
  'The angle in radians whose sine is the value; NaN outside -1 to 1.',
  [{ sql: 'ASIN(0)', result: '0E0' }],
);

export const acos = trigonometric(
  'acos',
  Math.acos,
  'The angle in radians whose cosine is the value; NaN outside -1 to 1.',
  [{ sql: 'ACOS(1)', result: '0E0' }],
);

export const atan = trigonometric(
  'atan',
  Math.atan,
  'The angle in radians whose tangent is the value.',
  [{ sql: 'ATAN(0)', result: '0E0' }],
);

export const degrees = trigonometric(
  'degrees',
  (value) => value * DEGREES_PER_RADIAN,
  'An angle in degrees, given in radians.',
  [{ sql: 'DEGREES(PI())', result: '1.8E2' }],
);

export const radians = trigonometric(
  'radians',
  (value) => value * RADIANS_PER_DEGREE,
  'An angle in radians, given in degrees.',
  [{ sql: 'RADIANS(180)', result: '3.141592653589793E0' }],
);

export const atan2: ScalarFunction = {
  name: 'ATAN2',
  displayName: 'atan2',
  category: 'MATHEMATICAL',
  description: 'The angle in radians of the point (x, y), given as y and x; 0 for the origin.',
  examples: [
    { sql: 'ATAN2(0, 1)', result: '0E0' },
    { sql: 'ATAN2(0, -1)', result: '3.141592653589793E0' },
  ],
  overloads: ofTwoNumbers(['y', 'x'], Math.atan2),
};

export const pi: ScalarFunction = {
  name: 'PI',
  displayName: 'pi',
  category: 'MATHEMATICAL',
  description: 'The circumference of a circle divided by its diameter.',
  examples: [{ sql: 'PI()', result: '3.141592653589793E0' }],
  overloads: [overload([], DOUBLE, () => Math.PI)],
};
