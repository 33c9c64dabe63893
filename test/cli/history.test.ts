import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { History } from '../../cli/history.ts';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-history-'));
  path = join(directory, 'history');
});
afterEach(() => rmSync(directory, { recursive: true }));

test('is there again the next time, without blanks and repetitions', () => {
  const first = new History(path);
  for (const line of ['SHOW STREAMS;', 'SHOW STREAMS;', '  ', 'SHOW TABLES;']) first.add(line);
  expect(new History(path).lines).toEqual(['SHOW STREAMS;', 'SHOW TABLES;']);
});

test('can be read by its owner only, even when the file was open to others', () => {
  new History(path).add('x');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  writeFileSync(join(directory, 'open'), 'x\n', { mode: 0o644 });
  expect(new History(join(directory, 'open')).lines).toEqual(['x']);
  expect(statSync(join(directory, 'open')).mode & 0o777).toBe(0o600);
});

test('keeps the newest thousand lines and cuts a file of more than two thousand', () => {
  const lines = Array.from({ length: 2_500 }, (_, i) => `line ${i}`);
  writeFileSync(path, `${lines.join('\n')}\n`);
  const history = new History(path);
  expect(history.lines).toEqual(lines.slice(1_500));
  expect(readFileSync(path, 'utf8')).toBe(`${lines.slice(1_500).join('\n')}\n`);
  history.add('one more');
  expect(history.lines.length).toBe(1_000);
});
