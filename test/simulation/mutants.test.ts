import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mutants } from './mutants/list.ts';
import { mutated } from './mutants/mutant.ts';

const ROOT = join(import.meta.dirname, '../..');

test.each(mutants)('the bug $name can be planted', (mutant) => {
  const source = readFileSync(join(ROOT, mutant.file), 'utf8');
  expect(mutated(source, mutant)).not.toBe(source);
});

test('no two bugs have one name', () => {
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
});
