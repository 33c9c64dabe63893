import { expect, test } from 'vitest';
import { fuzz } from './run.ts';
import { TARGETS } from './targets.ts';

/** Of each target: long in `npm test`, which is what is run for every change, short when tests are run by themselves. */
const SECONDS = process.env['npm_lifecycle_event'] === 'test' ? 45 : 2;

test.concurrent.each(TARGETS)(
  'broken input of $name neither ends, holds up nor fails a server, and leaves no query behind',
  async (target) => {
    const { attempts, findings } = await fuzz({
      target,
      seconds: SECONDS,
      seed: 20,
      heldUpMsMax: 1_000,
    });
    expect(findings).toEqual([]);
    expect(attempts).toBeGreaterThan(0);
  },
  (SECONDS + 240) * 1000,
);
