import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { figureLines } from './figures.ts';
import { runDemo } from './run.ts';
import { screenFor } from './screen.ts';

const EXIT_CODE_OF_USAGE = 2;
const EXIT_CODE_OF_INTERRUPT = 130;

const words = process.argv.slice(2);
const unknown = words.find((word) => word !== '--fast');
if (unknown === undefined) await main({ fast: words.includes('--fast') });
else {
  console.error(
    `Unknown option ${unknown}. The demo has one: --fast, for no pauses between frames.`,
  );
  process.exitCode = EXIT_CODE_OF_USAGE;
}

/** Runs the demo in a temporary directory, which is gone afterwards, also after Ctrl-C. */
async function main({ fast }: { fast: boolean }): Promise<void> {
  const screen = screenFor(process.stdout, { fast });
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  console.log(
    'Millrace: US flights of January to March 2001, from the npm package vega-datasets\n',
  );
  try {
    await using directory = await mkdtempDisposable(join(tmpdir(), 'millrace-demo-'));
    const result = await runDemo({
      directory: directory.path,
      daysPerStep: screen.daysPerStep,
      onProgress: (progress) => screen.show(progress),
      signal: stop.signal,
    });
    console.log(['', ...figureLines(result, screen.step)].join('\n'));
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    console.log('\nStopped.');
    process.exitCode = EXIT_CODE_OF_INTERRUPT;
  } finally {
    screen.close();
  }
}
