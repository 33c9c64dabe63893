import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const PAGE = join(import.meta.dirname, '../docs/internals/bad-input.md');
const COUNT = 111;

interface Row {
  readonly number: number;
  readonly answer: string;
  /** What stands in which file. */
  readonly tests: readonly { readonly file: string; readonly texts: readonly string[] }[];
}

function rowsOf(page: string): Row[] {
  return page.split('\n').flatMap((line) => {
    const [, number, , answer = '', tests = ''] = line.split('|').map((cell) => cell.trim());
    if (number === undefined || !/^\d+$/.test(number)) return [];
    return [{ number: Number(number), answer, tests: tests.split('; ').flatMap(testsOf) }];
  });
}

function testsOf(text: string): Row['tests'] {
  const [, file] = /^`([^`]+)`/.exec(text) ?? [];
  if (file === undefined) return [];
  return [{ file, texts: [...text.matchAll(/"([^"]+)"/g)].map(([, quoted]) => quoted!) }];
}

const rows = rowsOf(readFileSync(PAGE, 'utf8'));

test('every kind of bad input is in the table, once and in order', () => {
  expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: COUNT }, (_, i) => i + 1));
});

test('every row has tests, or says why there are none', () => {
  const bare = rows.filter(
    ({ tests, answer }) => tests.length === 0 && !/does not apply/.test(answer),
  );
  expect(bare.map(({ number }) => number)).toEqual([]);
});

test('the tests of every row exist', () => {
  const missing = rows.flatMap(({ number, tests }) =>
    tests.flatMap(({ file, texts }) => {
      const path = join(import.meta.dirname, file);
      if (!existsSync(path)) return [`${number}: ${file}`];
      const content = readFileSync(path, 'utf8');
      if (texts.length === 0) return [`${number}: ${file} without the name of a test`];
      return texts
        .filter((text) => !content.includes(text))
        .map((text) => `${number}: ${file}: ${text}`);
    }),
  );
  expect(missing).toEqual([]);
});
