import { expect, test } from 'vitest';
import { fuzz } from './run.ts';
import { TARGETS } from './targets.ts';

// Longer runs, with the bound of a second, are those of `npm run fuzz`.
test.each(TARGETS)(
  'broken input of $name neither ends, stops nor fails a server',
  async (target) => {
    const { attempts, findings } = await fuzz({
      target,
      seconds: 2,
      seed: 20,
      answerMsMax: 10_000,
    });
    expect(findings).toEqual([]);
    expect(attempts).toBeGreaterThan(0);
  },
);
