import { afterEach, beforeEach, expect, test } from 'vitest';
import { warnOfWeakDurability } from '../../src/log/weak-durability.ts';
import { Harness, RecordingLogger } from './embedded/harness.ts';

let harness: Harness;

beforeEach(async () => {
  harness = await Harness.create();
});

afterEach(async () => {
  await harness.dispose();
});

test('only what is weaker than fsync is warned of', async () => {
  const log = await harness.openLog();
  const policy = { partitionCount: 1, cleanupPolicy: 'delete' } as const;
  await log.createTopic({ name: 'safe', ...policy });
  const logger = new RecordingLogger();
  warnOfWeakDurability(log, 'fsync', logger);
  expect(logger.lines).toEqual([]);
  await log.createTopic({ name: 'weak', ...policy, durability: 'interval=50' });
  warnOfWeakDurability(log, 'none', logger);
  expect(logger.at('warn').map(({ message }) => message)).toEqual([
    expect.stringMatching(/^durability is none: .* in the last 1000 ms are lost/),
    expect.stringMatching(/^topic weak has durability interval=50/),
  ]);
});
