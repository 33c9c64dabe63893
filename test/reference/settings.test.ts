import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SETTINGS_PATH, settingsReference } from './settings.ts';

test('the reference of settings is what `npm run docs` would write now', () => {
  const written = readFileSync(join(import.meta.dirname, '../..', SETTINGS_PATH), 'utf8');
  expect(written).toBe(settingsReference());
});
