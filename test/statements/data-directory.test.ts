import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeEnv } from '../../src/base/env-node.ts';
import {
  checkDataDirectory,
  readDataDirectory,
  setFormat,
} from '../../src/statements/data-directory.ts';

const env = nodeEnv();
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millrace-format-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

test('a new directory gets a FORMAT file, which is read from then on', async () => {
  expect(await readDataDirectory(directory, env.files)).toBeNull();
  expect(await readdir(directory)).toEqual([]);
  const made = await checkDataDirectory(directory, env);
  expect(JSON.parse(await readFile(join(directory, 'FORMAT'), 'utf8'))).toEqual(made);
  expect(await checkDataDirectory(directory, env)).toEqual(made);
});

test.each([
  ['{"format":3,"clusterId":"a"}', 'UNKNOWN_FORMAT', /format 3.*formats 1 to 2\. A newer version/],
  ['{"format":0,"clusterId":"a"}', 'UNKNOWN_FORMAT', /format 0.*formats 1 to 2\. An older version/],
  ['{"format":7,"more":{}}', 'UNKNOWN_FORMAT', /A newer version/],
  ['{"format":2}', 'CORRUPT', /FORMAT is damaged/],
  ['{"form', 'CORRUPT', /FORMAT is damaged/],
  ['', 'CORRUPT', /FORMAT is damaged/],
])('%s is refused', async (content, code, message) => {
  await writeFile(join(directory, 'FORMAT'), content);
  const refusal = { code, message: expect.stringMatching(message) };
  await expect(readDataDirectory(directory, env.files)).rejects.toMatchObject(refusal);
  await expect(checkDataDirectory(directory, env)).rejects.toMatchObject(refusal);
});

test('the format changes, the name of the database does not', async () => {
  await writeFile(join(directory, 'FORMAT'), '{"format":1,"clusterId":"a"}');
  expect(await readDataDirectory(directory, env.files)).toEqual({ format: 1, clusterId: 'a' });
  await setFormat(directory, { format: 2, files: env.files });
  expect(await readDataDirectory(directory, env.files)).toEqual({ format: 2, clusterId: 'a' });
});
