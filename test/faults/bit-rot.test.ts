import { afterAll, beforeAll, expect, test } from 'vitest';
import { RotSubject } from './bit-rot.ts';
import { SeededRandom } from './random.ts';

const TRIALS_PER_KIND = 8;
const SEED = 11;

let subject: RotSubject;

beforeAll(async () => {
  subject = await RotSubject.create();
}, 60_000);

afterAll(() => subject.dispose());

test('damage to a file of any kind is noticed or changes no answer', async () => {
  const random = new SeededRandom(SEED);
  const kinds = await subject.files();
  expect([...kinds.keys()].sort()).toEqual(
    expect.arrayContaining(['FORMAT FORMAT', 'log .json', 'log .log', 'state .ldb', 'state .log']),
  );
  const wrong = [];
  let detected = 0;
  for (const paths of kinds.values()) {
    for (let i = 0; i < TRIALS_PER_KIND; i++) {
      const trial = await subject.trial(paths[random.below(paths.length)] as string, random);
      if (trial.wrong !== null && trial.detected === null) wrong.push(trial);
      // Damage is answered, not died of.
      if (trial.detected?.includes('the process ended')) wrong.push(trial);
      if (trial.detected !== null) detected++;
    }
  }
  expect(wrong).toEqual([]);
  expect(detected).toBeGreaterThan(TRIALS_PER_KIND * 3);
}, 120_000);

test('commits that the store lost from its end are noticed', async () => {
  const kinds = await subject.files();
  const [log] = kinds.get('state .log') as [string];
  const random = new SeededRandom(SEED);
  for (let i = 0; i < 5; i++) {
    const { detected } = await subject.trial(log, random);
    expect(detected).toMatch(/lost (?:its latest commits|a commit)|cannot be opened/);
  }
}, 60_000);
