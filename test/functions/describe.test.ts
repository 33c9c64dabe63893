import { expect, test } from 'vitest';
import { describeFunctions } from '../../src/functions/describe.ts';

const functions = describeFunctions();

function returnTypesOf(name: string): string[] {
  return (functions.find((candidate) => candidate.name === name)?.signatures ?? []).map(
    ({ text, returnType }) => `${text} -> ${returnType}`,
  );
}

test('functions are sorted by name, and each name is there once', () => {
  const names = functions.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)].sort());
});

test('every function has a description, an example, and a type that each of its calls returns', () => {
  for (const { name, description, examples, signatures } of functions) {
    expect(description, name).not.toBe('');
    expect(examples.length, name).toBeGreaterThan(0);
    expect(signatures.length, name).toBeGreaterThan(0);
    for (const { text, returnType } of signatures) expect(returnType, text).not.toBe('');
  }
});

test('letters and decimals of the parameters show in the return type', () => {
  expect(returnTypesOf('MAP_KEYS')).toEqual(['map_keys(MAP<STRING, T> map) -> ARRAY<STRING>']);
  expect(returnTypesOf('SUM')).toContain('SUM(DECIMAL value) -> DECIMAL');
  expect(returnTypesOf('COLLECT_LIST')).toEqual(['collect_list(T value) -> ARRAY<T>']);
  expect(returnTypesOf('TOPK')).toContain('TOPK(STRING sortColumn, INTEGER k) -> ARRAY<STRING>');
  expect(returnTypesOf('EXPLODE')).toEqual([
    'explode(ARRAY<DECIMAL> input) -> DECIMAL',
    'explode(ARRAY<T> list) -> T',
  ]);
  expect(returnTypesOf('COUNT')).toEqual(['COUNT(*) -> BIGINT', 'COUNT(T value) -> BIGINT']);
});

test('parameters have names, types, and say whether they repeat', () => {
  const concat = functions.find(({ name }) => name === 'CONCAT');
  expect(concat?.signatures[0]?.parameters.at(-1)).toMatchObject({
    type: 'STRING',
    isVariadic: true,
  });
});
