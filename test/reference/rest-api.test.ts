import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROUTES } from '../../server/routes/index.ts';
import { ERROR_CODES } from '../../src/base/errors.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/reference/rest-api.md'), 'utf8');

test('the page has every endpoint', () => {
  const missing = ROUTES.map(({ method, path }) => `${method} ${path}`).filter(
    (endpoint) => !page.includes(`\`${endpoint}\``),
  );
  expect(missing).toEqual([]);
});

test('the page has every error code, with its status', () => {
  const missing = Object.values(ERROR_CODES).filter(
    ({ errorCode, httpStatus }) =>
      !new RegExp(`^\\| ${errorCode} +\\| ${httpStatus} +\\|`, 'm').test(page),
  );
  expect(missing).toEqual([]);
});
