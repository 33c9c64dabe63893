import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { READY, type MillraceProcess } from '../cli/millrace-process.ts';
import {
  cleanUp,
  queriesOf,
  rowsOf,
  SOON,
  startProcess,
  startServer,
  temporaryDirectory,
  type RunningServer,
} from './running-server.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
/** The address the README shows, instead of which the tests use that of their own server. */
const SHOWN_URL = /http:\/\/127\.0\.0\.1:8088/g;
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};

interface Block {
  /** The first word behind the fence; empty for what a block before it prints. */
  readonly language: string;
  readonly text: string;
}

/** The fenced blocks of one section of the README, in order. */
function blocksOf(heading: string): Block[] {
  const [, section = ''] = README.split(`\n## ${heading}\n`);
  const [body = ''] = section.split('\n## ', 1);
  return [...body.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => {
    return { language, text };
  });
}

interface Outcome {
  readonly exitCode: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs a program to its end, with the Node.js of this test first in its path. */
async function run(program: string, argv: readonly string[], directory = ROOT): Promise<Outcome> {
  const path = `${dirname(process.execPath)}:${process.env['PATH']}`;
  const child = spawn(program, argv, { cwd: directory, env: { ...process.env, PATH: path } });
  const outcome = { output: '', errors: '' };
  child.stdout.on('data', (chunk: Buffer) => (outcome.output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (outcome.errors += chunk.toString()));
  child.stdin.end();
  return new Promise((done, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => done({ exitCode, ...outcome }));
  });
}

let server: RunningServer;
let data: string;
const [CREATE, PULL, PULLED, PUSH, CURL, CURLED, WEB_SOCKET, EMBEDDED, PRINTED] =
  blocksOf('Quickstart');

beforeAll(async () => {
  data = join(temporaryDirectory(), 'data');
  server = await startServer(data);
});
afterAll(cleanUp);

/** Runs a block of SQL in the shell, as a user would paste it. */
function pasteIntoShell({ text }: Block): Promise<Outcome> {
  return startProcess([server.url], { stdin: text }).ended;
}

describe('the quickstart, from its first line to its last', () => {
  test('has the blocks that the tests below take it to have', () => {
    const languages = blocksOf('Quickstart').map(({ language }) => language);
    expect(languages).toEqual(['sql', 'sql', '', 'sql', 'sh', '', 'js', 'js', '']);
  });

  test('creates its stream and view, and inserts', async () => {
    expect(await pasteIntoShell(CREATE!)).toMatchObject({ exitCode: 0, errors: '' });
    await expect.poll(() => rowsOf(server.client, PULL!.text), SOON).toEqual([['ann', 2, 42]]);
  });

  test('asks the view and is answered as shown', async () => {
    expect(await pasteIntoShell(PULL!)).toEqual({ exitCode: 0, output: PULLED!.text, errors: '' });
  });

  test('is answered over HTTP as shown', async ({ skip }) => {
    const { exitCode } = await run('sh', ['-c', 'command -v curl']);
    if (exitCode !== 0) skip('this machine has no curl, so its line is not run');
    const { output } = await run('sh', ['-c', CURL!.text.replace(SHOWN_URL, server.url)]);
    expect(output.replace(/"queryId":"[^"]+"/, '"queryId":"..."')).toBe(CURLED!.text);
  });

  test('is told in the shell of every change to come', async () => {
    const shell = startProcess([server.url, '-e', PUSH!.text]);
    await insertOnceAsked(['dan', 99], PUSH!);
    await shell.output(/\|dan +\|\/c +\|99 +\|\n/);
    shell.kill('SIGINT');
    await shell.ended;
  });

  test('is told over a WebSocket of the columns and then of every change to come', async () => {
    const script = join(temporaryDirectory(), 'push.js');
    const shownUrl = /ws:\/\/127\.0\.0\.1:8088/;
    writeFileSync(script, WEB_SOCKET!.text.replace(shownUrl, server.url.replace('http:', 'ws:')));
    const program = startProcess([], { script });
    await program.output(/^\[\{"name":"USER",.*\{"name":"N",.*\{"name":"TOTAL",.*\]\n/);
    await insertOnceAsked(['eve', 5], {
      language: 'sql',
      text: 'SELECT * FROM per_user EMIT CHANGES;',
    });
    await program.output(/^\{"row":\{"columns":\["eve",1,5\]\}\}\n/m);
    program.kill('SIGTERM');
    await program.ended;
  });

  test('runs without a server, twice, and prints what is shown', async () => {
    const directory = temporaryDirectory();
    const module = join(directory, 'node_modules', 'millrace');
    mkdirSync(module, { recursive: true });
    writeFileSync(join(module, 'package.json'), '{"type":"module","exports":"./index.js"}');
    const source = pathToFileURL(join(ROOT, 'src/index.ts')).href;
    writeFileSync(join(module, 'index.js'), `export * from ${JSON.stringify(source)};\n`);
    writeFileSync(join(directory, 'main.mjs'), EMBEDDED!.text);
    const shown = { exitCode: 0, output: PRINTED!.text, errors: '' };
    expect(await run(process.execPath, ['main.mjs'], directory)).toEqual(shown);
    expect(await run(process.execPath, ['main.mjs'], directory)).toEqual(shown);
  });

  test('answers after kill -9 what it answered before', async () => {
    const question = 'SELECT * FROM per_user;';
    expect(README).toContain(`\`kill -9\` and start it again: \`${question}\``);
    const before = await rowsOf(server.client, question);
    await server.end('SIGKILL');
    server = await startServer(data);
    expect(await rowsOf(server.client, question)).toEqual(before);
    expect(before).toContainEqual(['ann', 2, 42]);
  });
});

/** Inserts a click as soon as the push query runs. */
async function insertOnceAsked([user, ms]: readonly [string, number], query: Block): Promise<void> {
  const running = `PUSH RUNNING ${query.text.trim()}`;
  await expect.poll(() => queriesOf(server.client), SOON).toContainEqual(running);
  await server.client.execute(
    `INSERT INTO clicks (user, page, ms) VALUES ('${user}', '/c', ${ms});`,
  );
}

describe('the other command lines', () => {
  test('name scripts that exist', () => {
    const named = [...README.matchAll(/(?:`|&& |^)npm (?:run )?([a-z:]+)/gm)].map(
      ([, name]) => name!,
    );
    const known = ['ci', ...Object.keys(scripts)];
    expect(new Set(named)).toContain('demo');
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });

  test('start a server on the directory and the port given', async () => {
    const line = /`npm start (-- --data DIR --port N)`/.exec(README);
    await expectServer(startShown(`npm run start ${line![1]}`));
    await expectServer(startShown(commandLines()[0]!));
  });

  test('start a server on what the variables say', async () => {
    const [, ...names] = /; (\w+) and (\w+) do the same$/.exec(commandLines()[0]!)!;
    const values = [join(temporaryDirectory(), 'data'), '0'];
    const environment = Object.fromEntries(names.map((name, index) => [name, values[index]!]));
    const process = startProcess(['server'], { environment });
    expect((await process.output(READY))[2]).toBe(values[0]);
    await expectServer(process);
  });

  test('open the shell, which runs what comes in', async () => {
    const line = commandLines().find((command) => command.includes('the SQL prompt'))!;
    const shell = startShown(line, 'SHOW TABLES;');
    const { exitCode, output } = await shell.ended;
    expect({ exitCode, output }).toEqual({
      exitCode: 0,
      output: expect.stringContaining('PER_USER'),
    });
  });

  test('run statements and answer in tables or JSON', async () => {
    const [tabular, json] = commandLines().filter((command) => command.includes(' -e '));
    const shown = await startShown(tabular!).ended;
    expect(shown).toMatchObject({ exitCode: 0, output: expect.stringContaining('CLICKS') });
    const { output } = await startShown(json!).ended;
    expect(JSON.parse(output)).toMatchObject([{ '@type': 'queries' }]);
  });

  test('help', async () => {
    const line = commandLines().find((command) => command.endsWith('millrace -- help'))!;
    const { exitCode, output } = await startShown(line).ended;
    expect({ exitCode, output }).toEqual({
      exitCode: 0,
      output: expect.stringContaining('millrace server'),
    });
  });
});

function commandLines(): string[] {
  const [block] = blocksOf('The command line');
  return block!.text.trim().split('\n');
}

/** Starts `npm run SCRIPT -- ARGUMENTS # comment`, without npm: with the program and the arguments its script names. */
function startShown(line: string, stdin = ''): MillraceProcess {
  const [, name = '', rest = ''] = /^npm run (\w+) -- (.*?)(?: +#.*)?$/.exec(line)!;
  const [, program = '', fixed = ''] = /^node (bin\/millrace\.js)(.*)$/.exec(scripts[name]!)!;
  const shown = rest
    .replace('DIR', join(temporaryDirectory(), 'data'))
    .replace(/--port N/, '--port 0')
    .replace(SHOWN_URL, server.url);
  const argv = [...`${fixed} ${shown}`.matchAll(/"([^"]*)"|(\S+)/g)].map(
    ([, quoted, plain]) => quoted ?? plain!,
  );
  // Without an address the shell asks the usual one, where another server may listen.
  if (argv.includes('-e')) argv.unshift(server.url);
  return startProcess(argv, { script: join(ROOT, program), stdin });
}

async function expectServer(process: MillraceProcess): Promise<void> {
  await process.output(/^Millrace is ready on http:/m);
  process.kill('SIGTERM');
  expect(await process.ended).toMatchObject({ exitCode: 0 });
}
