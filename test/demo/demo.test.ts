import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempDisposable, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import type { DemoProgress, DemoResult } from '../../demo/run.ts';
import { runDemo } from '../../demo/run.ts';
import { openDatabase, type Row } from '../../src/index.ts';
import { expectedFigures } from './expected-figures.ts';

const TIMEOUT_MS = 120_000;
const MAIN = resolve(import.meta.dirname, '../../demo/main.ts');

const temporaryDirectory = () => mkdtempDisposable(join(tmpdir(), 'millrace-demo-test-'));

/** Everything in one order, so that two lists can be compared. */
function inOrder<T>(rows: readonly T[]): T[] {
  const keyed = rows.map((row) => ({ row, text: JSON.stringify(row) }));
  return keyed.toSorted((a, b) => (a.text < b.text ? -1 : 1)).map(({ row }) => row);
}

async function expectAllFigures(result: DemoResult): Promise<void> {
  const expected = await expectedFigures();
  expect(result.airportCount).toBe(expected.airportCount);
  expect(result.flightCount).toBe(20_000);
  expect(inOrder(result.delays)).toEqual(inOrder(expected.delays));
  expect(inOrder(result.states)).toEqual(inOrder(expected.states));
  expect(inOrder(result.veryLate)).toEqual(inOrder(expected.veryLate));
}

/** All rows of a pull query. */
async function readAll(directory: string, sql: string): Promise<Row[]> {
  const database = await openDatabase({ directory });
  try {
    const query = await database.query(sql);
    const rows: Row[] = [];
    for (let batch = await query.next(); batch !== null; batch = await query.next()) {
      if (batch.kind === 'rows') rows.push(...batch.rows);
    }
    return rows;
  } finally {
    await database.close();
  }
}

async function runMain(args: readonly string[], directory: string) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, TMPDIR: directory },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [output, errors] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { output, errors, exitCode: child.exitCode };
}

describe('the demo', { timeout: TIMEOUT_MS }, () => {
  test('finds in every row what plain loops over the files find, week by week', async () => {
    await using directory = await temporaryDirectory();
    const steps: { time: number; flightCount: number; flightsOfStates: number }[] = [];
    const onProgress = ({ time, flightCount, states }: DemoProgress): void => {
      const flightsOfStates = states.reduce((sum, { flights }) => sum + flights, 0);
      steps.push({ time, flightCount, flightsOfStates });
    };
    const result = await runDemo({ directory: directory.path, daysPerStep: 7, onProgress });
    await expectAllFigures(result);

    expect(steps).toHaveLength(13);
    expect(steps[0]).toEqual({
      time: Date.UTC(2001, 0, 7, 23, 57),
      flightCount: 1_575,
      flightsOfStates: 1_575,
    });
    for (const { flightCount, flightsOfStates } of steps) {
      expect(flightsOfStates).toBe(flightCount);
    }
  });

  test('finds the same when all flights come at once, and answers by key after a restart', async () => {
    await using directory = await temporaryDirectory();
    await expectAllFigures(await runDemo({ directory: directory.path, daysPerStep: 365 }));

    const hour = Date.UTC(2001, 1, 24, 11);
    expect(
      await readAll(
        directory.path,
        `SELECT * FROM delays_by_origin
         WHERE origin = 'DFW' AND city = 'Dallas-Fort Worth' AND WINDOWSTART = ${hour};`,
      ),
    ).toEqual([['DFW', 'Dallas-Fort Worth', hour, hour + 3_600_000, 4, 93]]);
    expect(
      await readAll(
        directory.path,
        `SELECT * FROM delays_by_origin WHERE origin = 'DFW' AND city = 'Dallas';`,
      ),
    ).toEqual([]);
    const worst = await readAll(
      directory.path,
      'SELECT origin, average_delay FROM delays_by_origin WHERE flights >= 3 AND average_delay > 90;',
    );
    expect(inOrder(worst)).toEqual([
      ['ATL', 108],
      ['DFW', 93],
      ['PHX', 120],
    ]);
    expect(
      await readAll(directory.path, `SELECT * FROM flights_by_state WHERE state = 'unknown';`),
    ).toEqual([['unknown', 1]]);
  });

  test('ends before the next step when it is told to', async () => {
    await using directory = await temporaryDirectory();
    const stop = new AbortController();
    let steps = 0;
    const running = runDemo({
      directory: directory.path,
      daysPerStep: 1,
      signal: stop.signal,
      onProgress: () => {
        steps++;
        stop.abort();
      },
    });
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
    expect(steps).toBe(1);
  });
});

describe('npm run demo', { timeout: TIMEOUT_MS }, () => {
  test('runs demo/main.ts', async () => {
    const path = resolve(import.meta.dirname, '../../package.json');
    const { scripts } = JSON.parse(await readFile(path, 'utf8')) as {
      scripts: Record<string, string>;
    };
    expect(scripts['demo']).toBe('node demo/main.ts');
  });

  test('prints a line a week and the figures, and leaves nothing behind', async () => {
    await using directory = await temporaryDirectory();
    const { output, errors, exitCode } = await runMain([], directory.path);
    expect({ errors, exitCode }).toEqual({ errors: '', exitCode: 0 });
    expect(output.match(/^2001-\d\d-\d\d +[\d,]+ flights /gm)).toHaveLength(13);
    expect(output).toContain('View delays_by_origin: 17,473 rows.');
    expect(output).toContain('DFW     Dallas-Fort Worth  2001-02-24 11:00        4   93.0 min');
    expect(output).toContain('View flights_by_state: 52 rows.');
    expect(output).toContain('CA       2,473  ████████████████████████');
    expect(output).toContain('delayed over three hours: 91 rows.');
    expect(output).toContain('2001-02-25 14:50  BMI   ORD  8 h 42 min');
    expect(output).toMatch(/20,000 flights in \d+\.\d\d s: [\d,]+ events\/s/);
    expect(output).not.toContain('\x1b');
    expect(await readdir(directory.path)).toEqual([]);
  });

  test('refuses an option it does not have', async () => {
    await using directory = await temporaryDirectory();
    const { output, errors, exitCode } = await runMain(['--slow'], directory.path);
    expect({ output, exitCode }).toEqual({ output: '', exitCode: 2 });
    expect(errors).toBe(
      'Unknown option --slow. The demo has one: --fast, for no pauses between frames.\n',
    );
  });
});
