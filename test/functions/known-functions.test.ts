import { afterEach, expect, test } from 'vitest';
import { addFunctions, type FunctionDefinitions } from '../../src/functions/known-functions.ts';
import { describeFunctions } from '../../src/functions/describe.ts';
import { overload, parameter, type ScalarFunction } from '../../src/functions/function.ts';
import { resolveScalar, resolveTableFunction } from '../../src/functions/resolve.ts';
import { EvaluationError } from '../../src/sql/evaluation-error.ts';
import { BIGINT, INTEGER, type StructType } from '../../src/sql/types.ts';
import { evaluate } from './evaluate.ts';

function scalar(name: string, overloads: ScalarFunction['overloads']): ScalarFunction {
  return {
    name,
    displayName: name,
    category: 'OTHER',
    description: 'Of a test.',
    examples: [],
    overloads,
  };
}

const forgetting: (() => void)[] = [];
afterEach(() => {
  for (const forget of forgetting.splice(0)) forget();
});

function add(definitions: FunctionDefinitions): void {
  forgetting.push(addFunctions(definitions));
}

const halve = scalar('HALVE', [
  overload([parameter('value', INTEGER)], INTEGER, (value: number) => Math.trunc(value / 2)),
]);

test('a function that was added can be called and is described', () => {
  add({ scalars: [halve] });
  expect(evaluate('HALVE(9)')).toBe(4);
  expect(describeFunctions().find(({ name }) => name === 'HALVE')).toMatchObject({
    kind: 'SCALAR',
    description: 'Of a test.',
  });
});

test('the same object may be added again, another one of its name not', () => {
  add({ scalars: [halve] });
  add({ scalars: [halve] });
  expect(() => add({ scalars: [{ ...halve }] })).toThrow('There is a function HALVE');
  expect(() => add({ scalars: [scalar('CONCAT', [])] })).toThrow('CONCAT');
  expect(() => add({ scalars: [scalar('half it', [])] })).toThrow('"half it"');
});

test('whatever a body throws is an error of the row', () => {
  const broken = scalar('BROKEN', [
    overload([parameter('value', INTEGER)], INTEGER, () => {
      throw new TypeError('out of order');
    }),
  ]);
  const table = {
    name: 'BROKEN_ROWS',
    displayName: 'BROKEN_ROWS',
    description: 'Of a test.',
    examples: [],
    signatures: ['BROKEN_ROWS(INTEGER value)'],
    bind: () => ({
      resultType: INTEGER,
      expand: () => {
        throw new TypeError('no rows');
      },
    }),
  };
  add({ scalars: [broken], tables: [table] });
  expect(() => evaluate('BROKEN(1)')).toThrow(new EvaluationError('out of order'));
  const bound = resolveTableFunction('BROKEN_ROWS', [INTEGER]);
  expect(() => bound.expand([1])).toThrow(EvaluationError);
});

test('a parameter may be a STRUCT, which takes exactly that type', () => {
  const point: StructType = { kind: 'STRUCT', fields: [{ name: 'X', type: INTEGER }] };
  const xOf = scalar('X_OF', [
    overload([parameter('point', point)], INTEGER, ([x]: number[]) => x ?? null),
  ]);
  add({ scalars: [xOf] });
  expect(evaluate('X_OF(STRUCT(X:=3))')).toBe(3);
  const other: StructType = { kind: 'STRUCT', fields: [{ name: 'X', type: BIGINT }] };
  expect(() => resolveScalar('X_OF', [other])).toThrow('X_OF(STRUCT<`X` INTEGER> point)');
});

test('a function is known as long as somebody uses it', () => {
  const forgetFirst = addFunctions({ scalars: [halve] });
  const forgetSecond = addFunctions({ scalars: [halve] });
  forgetFirst();
  forgetFirst();
  expect(evaluate('HALVE(4)')).toBe(2);
  forgetSecond();
  expect(() => evaluate('HALVE(4)')).toThrow("Can't find any functions with the name 'HALVE'");
});
