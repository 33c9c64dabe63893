import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeEnv } from '../../src/base/env-node.ts';
import { checkDataDirectory, checkFormat } from '../../src/statements/data-directory.ts';

const env = nodeEnv();
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millrace-format-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

test('a new directory gets a FORMAT file, which is read from then on', async () => {
  await checkFormat(directory, env.files);
  expect(await readdir(directory)).toEqual([]);
  const made = await checkDataDirectory(directory, env);
  expect(JSON.parse(await readFile(join(directory, 'FORMAT'), 'utf8'))).toEqual(made);
  expect(await checkDataDirectory(directory, env)).toEqual(made);
});

test.each([
  ['{"format":3,"clusterId":"a"}', 'UNKNOWN_FORMAT', /format 3.*format 2 only\. A newer version/],
  ['{"format":1,"clusterId":"a"}', 'UNKNOWN_FORMAT', /format 1.*format 2 only\. An older version/],
  ['{"format":7,"more":{}}', 'UNKNOWN_FORMAT', /A newer version/],
  ['{"format":2}', 'CORRUPT', /FORMAT is damaged/],
  ['{"form', 'CORRUPT', /FORMAT is damaged/],
  ['', 'CORRUPT', /FORMAT is damaged/],
])('%s is refused', async (content, code, message) => {
  await writeFile(join(directory, 'FORMAT'), content);
  for (const checking of [checkFormat(directory, env.files), checkDataDirectory(directory, env)]) {
    await expect(checking).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  }
});
