import { describe, expect, test } from 'vitest';
import { tableFunctions } from '../../../src/functions/index.ts';
import { resolveTableFunction } from '../../../src/functions/resolve.ts';
import { INTEGER, STRING, type SqlType } from '../../../src/sql/types.ts';

const INTEGERS: SqlType = { kind: 'ARRAY', element: INTEGER };

describe('EXPLODE', () => {
  const explode = resolveTableFunction('EXPLODE', [INTEGERS]);

  test('gives one value per element, null elements too', () => {
    expect(explode.resultType).toEqual(INTEGER);
    expect(explode.expand([[3, null, 3]])).toEqual([3, null, 3]);
  });

  test.each([[[]], [null]])('gives nothing for %o', (list) => {
    expect(explode.expand([list])).toEqual([]);
  });
});

describe('CUBE_EXPLODE', () => {
  const cube = resolveTableFunction('cube_explode', [INTEGERS]);

  test('counts up with the last element as the lowest digit', () => {
    expect(cube.resultType).toEqual(INTEGERS);
    expect(cube.expand([[1, 2]])).toEqual([
      [null, null],
      [null, 2],
      [1, null],
      [1, 2],
    ]);
  });

  test('elements that are null already count once', () => {
    expect(cube.expand([[1, null, 2]])).toEqual([
      [null, null, null],
      [null, null, 2],
      [1, null, null],
      [1, null, 2],
    ]);
  });

  test('gives one empty row for an empty list and none for null', () => {
    expect(cube.expand([[]])).toEqual([[]]);
    expect(cube.expand([null])).toEqual([]);
  });

  test('fails for more than 20 elements', () => {
    const list = Array.from({ length: 21 }, () => 1);
    expect(() => cube.expand([list])).toThrow('at most 20 elements, but found 21');
  });
});

test.each<[string, (SqlType | null)[]]>([
  ['EXPLODE', [{ kind: 'MAP', key: STRING, value: INTEGER }]],
  ['EXPLODE', [null]],
  ['EXPLODE', [INTEGERS, INTEGERS]],
  ['CUBE_EXPLODE', []],
])('%s of %o lists the valid alternatives', (name, types) => {
  expect(() => resolveTableFunction(name, types)).toThrow(
    `Function '${name.toLowerCase()}' does not accept parameters`,
  );
});

test('an unknown name gets the nearest one', () => {
  expect(() => resolveTableFunction('EXPLOED', [])).toThrow('Did you mean EXPLODE?');
});

test('each table function is documented with an example that calls it', () => {
  for (const { name, description, examples, signatures } of tableFunctions) {
    expect(description).toMatch(/\.$/);
    expect(examples.some((sql) => sql.includes(`${name}(`))).toBe(true);
    expect(signatures.length).toBeGreaterThan(0);
  }
});
