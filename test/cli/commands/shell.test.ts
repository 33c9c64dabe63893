import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { runCommand } from '../../../cli/main.ts';
import {
  startScriptedServer,
  type Script,
  type ScriptedServer,
} from '../../api/scripted-server.ts';
import { startMillrace } from '../millrace-process.ts';
import { captureSurroundings, type CapturedSurroundings } from '../captured-surroundings.ts';

const HEADER = '{"queryId":"q1","columnNames":["USER","N"],"columnTypes":["STRING","BIGINT"]}\n';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

/** Answers queries with two rows, DROP with an error, other statements with a message. */
const database: Script = ({ path, body }, response) => {
  const { ksql = '', sql = '' } = (body ?? {}) as { ksql?: string; sql?: string };
  if (path === '/info') {
    response.end('{"KsqlServerInfo":{"version":"9.9.9","serverStatus":"RUNNING"}}');
  } else if (/emit changes/i.test(sql)) {
    response.write(`${HEADER}["ann",1]\n`);
  } else if (sql.startsWith('PRINT')) {
    response.end('key: a\u001b, value: 1\nkey: b, value: 2\n');
  } else if (path === '/query-stream') {
    response.end(`${HEADER}["ann",9007199254740993]\n["b\\u0007",null]\n`);
  } else if (ksql.startsWith('DROP')) {
    refuse(response);
  } else {
    response.end(ksql.startsWith('INSERT') ? '[]' : status(ksql));
  }
};

function status(ksql: string): string {
  const failed = ksql.startsWith('TERMINATE');
  return JSON.stringify([
    {
      '@type': 'currentStatus',
      commandStatus: {
        status: failed ? 'ERROR' : 'SUCCESS',
        message: failed ? 'It broke' : 'Done',
        queryId: null,
      },
      warnings: [],
    },
  ]);
}

function refuse(response: ServerResponse): void {
  const message = 'line 1:6: no such thing\nDROP nope\n     ^\u001b[2J';
  response.writeHead(400);
  response.end(JSON.stringify({ '@type': 'statement_error', error_code: 40001, message }));
}

async function start(script: Script = database): Promise<ScriptedServer> {
  const server = await startScriptedServer(script);
  closers.push(() => server.close());
  return server;
}

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-shell-'));
  closers.push(() => rmSync(directory, { recursive: true }));
  return directory;
}

interface Outcome {
  readonly exitCode: number;
  readonly output: string;
  readonly errors: string;
}

async function run(argv: readonly string[], stdin = ''): Promise<Outcome> {
  const surroundings = captureSurroundings();
  surroundings.input.end(stdin);
  const exitCode = await runCommand(argv, surroundings);
  return { exitCode, output: surroundings.outputText(), errors: surroundings.errorText() };
}

const DONE = ' Message\n----------\n Done\n----------\n';
const ROWS = [
  '+-------+----------------+',
  '|USER   |N               |',
  '+-------+----------------+',
  '|ann    |9007199254740993|',
  '|b\\u0007|null            |',
  '+-------+----------------+',
  '2 rows',
  '',
].join('\n');

describe('statements of -e, -f and standard input', () => {
  test('run one after the other', async () => {
    const { url, received } = await start();
    const sql = "CREATE STREAM s; INSERT INTO s VALUES (';'); SELECT * FROM s;";
    expect(await run([url, '-e', sql])).toEqual({ exitCode: 0, output: DONE + ROWS, errors: '' });
    expect(received.map(({ path, body }) => [path, body])).toEqual([
      ['/ksql', { ksql: 'CREATE STREAM s;', streamsProperties: {} }],
      ['/ksql', { ksql: "INSERT INTO s VALUES (';');", streamsProperties: {} }],
      ['/query-stream', { sql: 'SELECT * FROM s;', properties: {} }],
    ]);
  });

  test('come from a file', async () => {
    const { url } = await start();
    const path = join(temporaryDirectory(), 'a.sql');
    writeFileSync(path, '-- rows\nSELECT *\n  FROM s;\n-- the end\n');
    expect(await run([url, '-f', path])).toEqual({ exitCode: 0, output: ROWS, errors: '' });
  });

  test('come from standard input, each as soon as it is whole', async () => {
    const { url } = await start();
    const surroundings = captureSurroundings();
    const exit = runCommand([url], surroundings);
    surroundings.input.write('SELECT * ');
    surroundings.input.write('FROM s; SELECT');
    await surroundings.outputHas('2 rows');
    surroundings.input.end(' 2;');
    expect(await exit).toBe(0);
    expect(surroundings.outputText()).toBe(ROWS + ROWS);
  });

  test('stop at the first that fails, with exit code 1 and a message that is safe to show', async () => {
    const { url, received } = await start();
    expect(await run([url, '-e', 'DROP nope; SHOW STREAMS; SHOW TABLES;'])).toEqual({
      exitCode: 1,
      output: '',
      errors:
        'line 1:6: no such thing\nDROP nope\n     ^\\u001b[2J\n' +
        'Statements after it that were not run: 2.\n',
    });
    expect(received.length).toBe(1);
  });

  test('fail when a command status says so', async () => {
    const { url } = await start();
    expect(await run([url, '-e', 'TERMINATE q;'])).toEqual({
      exitCode: 1,
      output: '',
      errors: 'It broke\n',
    });
  });

  test('without an end are left to the server to refuse', async () => {
    const { url, received } = await start();
    expect((await run([url, '-e', 'DROP nope'])).exitCode).toBe(1);
    expect((await run([url], "DROP 'nope;")).exitCode).toBe(1);
    expect(received.map(({ body }) => body)).toMatchObject([
      { ksql: 'DROP nope' },
      { ksql: "DROP 'nope;" },
    ]);
  });

  test('fail when nobody listens', async () => {
    const { url, close } = await startScriptedServer(database);
    await close();
    const { exitCode, errors } = await run([url, '-e', 'SHOW STREAMS;']);
    expect(exitCode).toBe(1);
    expect(errors).toContain(`No answer from ${url}: the connection was refused.`);
  });
});

describe('SET and UNSET', () => {
  test('change what goes along with later statements', async () => {
    const { url, received } = await start();
    const sql =
      "SET 'a' = 'it''s'; SHOW STREAMS; SET 'a' = '2'; SELECT 1; UNSET 'a'; SHOW STREAMS; UNSET 'a';";
    expect(await run([url, '-e', sql])).toEqual({
      exitCode: 1,
      output: [
        "'a' is now 'it's'.\n",
        DONE,
        "'a' is now '2' (it was 'it's').\n",
        ROWS,
        "'a' is back to the server's value (it was '2').\n",
        DONE,
      ].join(''),
      errors: "'a' was not set here, so there is nothing to unset. SET 'a' = '...' sets it.\n",
    });
    expect(received.map(({ body }) => body)).toMatchObject([
      { streamsProperties: { a: "it's" } },
      { properties: { a: '2' } },
      { streamsProperties: {} },
    ]);
  });
});

describe('DEFINE and UNDEFINE', () => {
  test('set the variables that go along with later statements', async () => {
    const { url, received } = await start();
    const sql = "DEFINE T = 'x'; SHOW STREAMS; SELECT ${t}; UNDEFINE t; SHOW STREAMS; UNDEFINE t;";
    expect(await run([url, '-e', sql])).toEqual({
      exitCode: 1,
      output: [DONE, ROWS, DONE].join(''),
      errors: "Cannot undefine variable 't' which was never defined.\n",
    });
    expect(received.map(({ body }) => body)).toEqual([
      { ksql: 'SHOW STREAMS;', streamsProperties: {}, sessionVariables: { t: 'x' } },
      { sql: 'SELECT ${t};', properties: {}, sessionVariables: { t: 'x' } },
      { ksql: 'SHOW STREAMS;', streamsProperties: {} },
    ]);
  });
});

describe('queries', () => {
  test('are JSON with all digits under --output json', async () => {
    const { url } = await start();
    const sql = "SET 'a' = 'b'; SELECT * FROM s;";
    expect(await run([url, '--output', 'json', '-e', sql])).toEqual({
      exitCode: 0,
      output: `${HEADER}["ann",9007199254740993]\n["b\\u0007",null]\n`,
      errors: '',
    });
  });

  test('that never end, end after --query-row-limit rows or --query-timeout', async () => {
    const { url } = await start();
    const sql = ['-e', 'SELECT * FROM s EMIT CHANGES;'];
    const table = [
      '+------------+----------+',
      '|USER        |N         |',
      '+------------+----------+',
      '|ann         |1         |',
      '+------------+----------+',
      '1 row',
      '',
    ].join('\n');
    const outcome = { exitCode: 0, output: table, errors: '' };
    expect(await run([url, '--query-row-limit', '1', ...sql])).toEqual(outcome);
    expect(await run([url, '--query-timeout', '300', ...sql])).toEqual(outcome);
  });

  test('print topics line by line, safe to show', async () => {
    const { url } = await start();
    expect(await run([url, '-e', "PRINT 't';"])).toEqual({
      exitCode: 0,
      output: 'key: a\\u001b, value: 1\nkey: b, value: 2\n',
      errors: '',
    });
    expect((await run([url, '--query-row-limit', '1', '-e', "PRINT 't';"])).output).toBe(
      'key: a\\u001b, value: 1\n',
    );
  });
});

test('a row that is not JSON fails the statement, not the shell', async () => {
  const { url } = await start((_request, response) => response.end(`${HEADER}["ann\n`));
  const { exitCode, errors } = await run([url, '-e', 'SELECT 1;']);
  expect(exitCode).toBe(1);
  expect(errors).toMatch(/JSON/);
});

test('a reader that leaves, such as head, ends the shell with exit code 0', async () => {
  const { url } = await start((_request, response) => {
    const more = (error?: Error | null): void => {
      if (!error) response.write('["ann",1]\n', more);
    };
    response.write(HEADER, more);
  });
  const shell = startMillrace([url, '-e', 'SELECT * FROM s EMIT CHANGES;']);
  await shell.output(/ann/);
  shell.closeOutput();
  expect(await shell.ended).toMatchObject({ exitCode: 0, errors: '' });
});

test('entities are JSON under --output json', async () => {
  const { url } = await start();
  const { output } = await run([url, '--output', 'json', '-e', 'SHOW STREAMS;']);
  expect(JSON.parse(output)).toEqual(JSON.parse(status('SHOW STREAMS;')));
});

test('all mistakes of the command line are listed before anything is sent', async () => {
  const argv = ['http://a', 'b', '--output', 'xml', '--query-row-limit', '0', '-e', 'x', '-f', '/'];
  const { exitCode, errors } = await run(argv);
  expect(exitCode).toBe(78);
  expect(errors.split('\n')).toEqual([
    'millrace [URL] cannot start:',
    '  One URL is enough; found also "b".',
    '  --output must be one of tabular, json; found "xml".',
    '  --query-row-limit must be a whole number from 1 to 2147483647; found "0".',
    '  -e and -f cannot be given together.',
    expect.stringMatching(/^ {2}The file \/ cannot be read: EISDIR/),
    '',
  ]);
});

/** Opens the shell at a terminal and waits for its prompt. */
async function openPrompt(script?: Script) {
  const { url, received } = await start(script);
  const historyPath = join(temporaryDirectory(), 'history');
  const surroundings = captureSurroundings({ isTerminal: true, historyPath });
  const exit = runCommand([url], surroundings);
  await surroundings.outputHas('millrace> ');
  return { url, received, historyPath, surroundings, exit };
}

function type(surroundings: CapturedSurroundings, line: string): void {
  surroundings.input.write(`${line}\r`);
}

describe('the prompt', () => {
  test('greets with both versions and leaves on exit', async () => {
    const { surroundings, exit } = await openPrompt();
    expect(surroundings.outputText()).toMatch(/millrace \S+, server 9\.9\.9 \(RUNNING\) at http:/);
    type(surroundings, 'EXIT;');
    expect(await exit).toBe(0);
  });

  test('opens although no server answers, and says so', async () => {
    const { url, close } = await startScriptedServer(database);
    await close();
    const surroundings = captureSurroundings({ isTerminal: true });
    const exit = runCommand([url], surroundings);
    await surroundings.outputHas('millrace> ');
    expect(surroundings.errorText()).toContain(`No answer from ${url}`);
    surroundings.input.write('\u0004');
    expect(await exit).toBe(0);
  });

  test('collects lines up to the semicolon, and goes on after a failure', async () => {
    const { surroundings, received, exit } = await openPrompt();
    type(surroundings, 'DROP');
    await surroundings.outputHas('      ... ');
    type(surroundings, 'nope; SHOW STREAMS;');
    type(surroundings, 'SELECT * FROM s; -- rows');
    await surroundings.outputHas('2 rows');
    type(surroundings, 'exit');
    expect(await exit).toBe(0);
    expect(received.slice(1).map(({ body }) => body)).toMatchObject([
      { ksql: 'DROP\nnope;' },
      { sql: 'SELECT * FROM s;' },
    ]);
    expect(surroundings.errorText()).toContain('no such thing');
  });

  test('throws a half-typed statement away on Ctrl-C', async () => {
    const { surroundings, received, exit } = await openPrompt();
    type(surroundings, 'DROP');
    await surroundings.outputHas('      ... ');
    surroundings.input.write('nope\u0003');
    await surroundings.outputHas('^C');
    type(surroundings, 'SHOW STREAMS;');
    await surroundings.outputHas('Done');
    surroundings.input.write('\u0004');
    expect(await exit).toBe(0);
    expect(received.slice(1)).toMatchObject([{ body: { ksql: 'SHOW STREAMS;' } }]);
  });

  test('ends a push query on Ctrl-C and takes the next statement', async () => {
    const { surroundings, exit } = await openPrompt();
    type(surroundings, 'SELECT * FROM s EMIT CHANGES;');
    await surroundings.outputHas('|ann');
    surroundings.input.write('\u0003');
    await surroundings.outputHas('1 row\n');
    type(surroundings, 'SHOW STREAMS;');
    await surroundings.outputHas('Done');
    type(surroundings, 'quit');
    expect(await exit).toBe(0);
    expect(surroundings.errorText()).toBe('');
  });

  test('shows the columns of a push query before its first row', async () => {
    const { surroundings, exit } = await openPrompt(({ path }, response) => {
      if (path === '/info') response.end('{"KsqlServerInfo":{}}');
      else response.write(HEADER);
    });
    type(surroundings, 'SELECT * FROM s EMIT CHANGES;');
    await surroundings.outputHas('|USER        |N         |');
    surroundings.input.write('\u0003');
    await surroundings.outputHas('0 rows');
    surroundings.input.write('\u0004');
    expect(await exit).toBe(0);
  });

  test('leaves while a push query runs when the terminal goes away', async () => {
    const { surroundings, exit } = await openPrompt();
    type(surroundings, 'SELECT * FROM s EMIT CHANGES;');
    await surroundings.outputHas('|ann');
    surroundings.input.end();
    expect(await exit).toBe(0);
  });

  test('knows help, output, history and version without a semicolon', async () => {
    const { surroundings, received, exit } = await openPrompt();
    type(surroundings, 'help');
    await surroundings.outputHas('Statements end with ";" and may span lines.');
    type(surroundings, 'output');
    await surroundings.outputHas('Results are shown as tabular.');
    type(surroundings, 'output json');
    await surroundings.outputHas('Results are shown as json from here on.');
    type(surroundings, 'output xml');
    type(surroundings, 'history');
    await surroundings.outputHas('output json\r\noutput xml\r\nhistory'.replaceAll('\r', ''));
    type(surroundings, 'clear');
    await surroundings.outputHas('\u001b[H\u001b[2J');
    type(surroundings, 'exit');
    await exit;
    expect(surroundings.errorText()).toBe('Output can be tabular or json; found "xml".\n');
    expect(received.every(({ path }) => path === '/info')).toBe(true);
  });

  test('remembers lines in the history file', async () => {
    const { surroundings, historyPath, exit } = await openPrompt();
    type(surroundings, 'SHOW STREAMS;');
    await surroundings.outputHas('Done');
    type(surroundings, 'exit');
    await exit;
    expect(readFileSync(historyPath, 'utf8')).toBe('SHOW STREAMS;\nexit\n');
  });
});
