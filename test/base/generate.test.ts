import { describe, expect, test } from 'vitest';
import { FunctionBuilder, joinCode, js } from '../../src/base/generate.ts';

type Generated = (row: readonly unknown[], context: unknown) => unknown;

describe('FunctionBuilder', () => {
  test('hands constants over as they are, 0 and -0 apart', () => {
    const builder = new FunctionBuilder(js`row, context`);
    const marker = {};
    const names = [0, -0, NaN, marker, marker, 'x"y'].map((value) => builder.constant(value));
    const generated = builder.build<Generated>(js`return [${joinCode(names, js`, `)}];`);
    expect(generated([], null)).toEqual([0, -0, NaN, marker, marker, 'x"y']);
  });

  test('keeps the variables of inner functions apart', () => {
    const builder = new FunctionBuilder(js`row, context`);
    const outer = builder.variable();
    const inner = builder.innerFunction(() => {
      const variable = builder.variable();
      return js`${variable} = row[${0}]; return ${variable};`;
    });
    const body = js`${outer} = row[${1}]; return [${inner}(row, context), ${outer}];`;
    expect(builder.build<Generated>(body)(['a', 'b'], null)).toEqual(['a', 'b']);
  });

  test('lets lambdas see the row and the parameters of the functions around them', () => {
    const builder = new FunctionBuilder(js`row, context`);
    const lambda = builder.lambda([js`p${0}`], () => {
      const fromInner = builder.innerFunction(() => js`return p${0} + row[${0}];`);
      const variable = builder.variable();
      const nested = builder.lambda([js`p${1}`], () => js`p${0} + p${1}`);
      return js`(${variable} = ${fromInner}(row, context), [${variable}, ${nested}(5)])`;
    });
    const generated = builder.build<Generated>(js`return [1, 2].map(${lambda});`);
    expect(generated([10], null)).toEqual([
      [11, 6],
      [12, 7],
    ]);
  });
});

test('only indexes may stand in code besides code', () => {
  expect(() => js`row[${-1}]`).toThrow('-1 is not an index');
  expect(() => js`row[${0.5}]`).toThrow(RangeError);
  expect(() => js`row[${'0' as unknown as number}]`).toThrow('string is no code');
  expect(() => js`${{ toString: () => 'evil()' } as unknown as number}`).toThrow(
    'object is no code',
  );
});
