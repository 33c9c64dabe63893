import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FUNCTIONS_PATH, functionsReference } from './functions.ts';

test('the reference of functions is what `npm run docs` would write now', () => {
  const written = readFileSync(join(import.meta.dirname, '../..', FUNCTIONS_PATH), 'utf8');
  expect(written).toBe(functionsReference());
});
