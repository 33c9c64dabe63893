import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'vitest';
import { runSection } from './runner.ts';
import { parseScript } from './script.ts';

for (const file of readdirSync(import.meta.dirname).filter((name) => name.endsWith('.sql'))) {
  describe(file, () => {
    for (const section of parseScript(readFileSync(join(import.meta.dirname, file), 'utf8'))) {
      test(section.name, () => runSection(section));
    }
  });
}
