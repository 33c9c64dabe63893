import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FUNCTIONS_PATH, functionsReference } from './functions.ts';

/** Writes the pages of the reference that are made from definitions. */
const path = join(import.meta.dirname, '../..', FUNCTIONS_PATH);
mkdirSync(dirname(path), { recursive: true });
writeFileSync(path, functionsReference());
console.log(`wrote ${FUNCTIONS_PATH}`);
