import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCommand } from '../../../cli/main.ts';
import { parseUsers, Users } from '../../../server/security/users.ts';
import { captureSurroundings } from '../captured-surroundings.ts';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-user-'));
  path = join(directory, 'users');
});
afterEach(() => rmSync(directory, { recursive: true }));

async function run(
  argv: readonly string[],
  stdin = '',
): Promise<{ exitCode: number; output: string; errors: string }> {
  const surroundings = captureSurroundings();
  surroundings.input.end(stdin);
  const exitCode = await runCommand(['user', ...argv, '--users', path], surroundings);
  return { exitCode, output: surroundings.outputText(), errors: surroundings.errorText() };
}

test('adds, lists and removes users in a file only its owner may read', async () => {
  expect((await run(['add', 'alice', '--role', 'admin'], 'long enough\n')).exitCode).toBe(0);
  const { output: token } = await run(['add', 'rita', '--token']);
  await run(['add', 'edge', '--certificate', 'Edge 7', '--role', 'write']);
  expect((await run(['list'])).output).toBe(
    'alice admin password\nrita read token\nedge write certificate\n',
  );
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const text = readFileSync(path, 'utf8');
  expect(text).not.toContain('long enough');
  expect(text).not.toContain(token.trim());
  const users = new Users(parseUsers(text, path).lines);
  expect(users.byToken(token.trim())).toEqual({ name: 'rita', role: 'read' });
  await run(['remove', 'alice']);
  expect((await run(['list'])).output).toBe('rita read token\nedge write certificate\n');
  expect(await run(['remove', 'alice'])).toEqual({
    exitCode: 1,
    output: '',
    errors: `There is no user alice in ${path}.\n`,
  });
});

test('another password replaces the first, and the role is that of all credentials', async () => {
  await run(['add', 'bob', '--token']);
  await run(['add', 'bob'], 'first password');
  await run(['add', 'bob', '--role', 'write'], 'second password');
  expect((await run(['list'])).output).toBe('bob write token\nbob write password\n');
});

test('keeps rules about topics, but for those about a user that goes', async () => {
  await run(['add', 'bob', '--token']);
  await run(['add', 'eve', '--token']);
  const rules = 'allow bob read,write orders\nallow eve read orders\nallow role:read describe *\n';
  writeFileSync(path, `${readFileSync(path, 'utf8')}${rules}`);
  await run(['remove', 'eve']);
  expect((await run(['list'])).output).toBe(
    'bob read token\nallow bob read,write orders\nallow role:read describe *\n',
  );
});

test('adds and takes out rules about topics', async () => {
  await run(['add', 'bob', '--token']);
  expect((await run(['allow', 'bob', 'read,write', 'orders.*'])).output).toBe(
    'Added "allow bob read,write orders.*".\n',
  );
  await run(['allow', 'bob', 'write,read', 'orders.*']);
  await run(['allow', 'role:read', 'all', '*']);
  const rules = 'allow bob read,write orders.*\nallow role:read all *\n';
  expect((await run(['list'])).output).toBe(`bob read token\n${rules}`);
  expect((await run(['disallow', 'role:read', 'all', '*'])).exitCode).toBe(0);
  expect((await run(['list'])).output).toBe('bob read token\nallow bob read,write orders.*\n');
  expect((await run(['disallow', 'role:read', 'all', '*'])).exitCode).toBe(1);
  expect((await run(['allow', 'eve', 'read', 'orders'])).errors).toContain('There is no user eve');
  expect((await run(['allow', 'bob', 'steal', 'orders'])).exitCode).toBe(78);
  expect((await run(['allow', 'bob', 'read'])).exitCode).toBe(78);
});

test('refuses what is no user, and touches no file with mistakes', async () => {
  expect((await run(['add', 'bob'], 'short')).exitCode).toBe(1);
  expect((await run(['ad', 'bob'])).exitCode).toBe(78);
  expect((await run(['add', 'bad name', '--token'])).exitCode).toBe(1);
  writeFileSync(path, 'nonsense\n');
  expect((await run(['add', 'bob', '--token'])).exitCode).toBe(78);
  expect(readFileSync(path, 'utf8')).toBe('nonsense\n');
});
