import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FUNCTIONS_PATH, functionsReference } from './functions.ts';
import { SETTINGS_PATH, settingsReference } from './settings.ts';

/** Writes the pages of the reference that are made from definitions. */
const pages = [
  { path: FUNCTIONS_PATH, text: functionsReference() },
  { path: SETTINGS_PATH, text: settingsReference() },
];
for (const { path, text } of pages) {
  const absolute = join(import.meta.dirname, '../..', path);
  mkdirSync(dirname(absolute), { recursive: true });
  writeFileSync(absolute, text);
  console.log(`wrote ${path}`);
}
