import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { describeLog } from '../../contracts/log.ts';
import { batchOf, readAll } from '../batches.ts';
import { FaultyFiles } from '../faulty-files.ts';
import { Harness } from './harness.ts';

const variants = {
  'the embedded log': {},
  'the embedded log with tiny segments and no cache to speak of': {
    limits: { segmentBytesMax: 200, cacheBytesMax: 1 },
  },
};

for (const [name, options] of Object.entries(variants)) {
  describeLog(name, async () => {
    const harness = await Harness.create(options);
    return {
      log: await harness.openLog(),
      reopen: async () => {
        await harness.close();
        return harness.openLog();
      },
      dispose: () => harness.dispose(),
    };
  });
}

describe('openEmbeddedLog', () => {
  let harness: Harness;

  beforeEach(async () => {
    harness = await Harness.create();
  });

  afterEach(async () => {
    await harness.dispose();
  });

  test('names directories by id, never by topic', async () => {
    await harness.open();
    await harness.log.createTopic({ name: 'CON', partitionCount: 2, cleanupPolicy: 'delete' });
    expect((await readdir(harness.directory)).sort()).toEqual(['1', '2', 'topics.json']);
    expect((await readdir(join(harness.directory, '2'))).sort()).toEqual(['0', '1']);
  });

  test('refuses to start empty when the list of topics is lost', async () => {
    await harness.open();
    await harness.close();
    await rm(join(harness.directory, 'topics.json'));
    await expect(harness.openLog()).rejects.toMatchObject({ code: 'CORRUPT' });
    expect(await readdir(harness.directory)).toEqual(['1']);
  });

  test.each(['', '{', '{}', '{"format":2,"nextId":2,"topics":[]}', '{"format":1,"topics":[]}'])(
    'refuses the damaged list of topics %s',
    async (text) => {
      await harness.open();
      await harness.close();
      await writeFile(join(harness.directory, 'topics.json'), text);
      await expect(harness.openLog()).rejects.toThrow(/topics\.json cannot be used/);
    },
  );

  test('ignores files that are none of its own', async () => {
    const partition = await harness.open();
    partition.append(batchOf(['a']));
    await harness.close();
    await writeFile(join(harness.directory, '.DS_Store'), 'x');
    await writeFile(join(harness.directory, 'topics.json.tmp'), '{');
    await writeFile(harness.file('.DS_Store'), 'x');
    await writeFile(harness.file('99.log'), 'x');
    await writeFile(harness.file('checkpoint.json.tmp'), 'x');
    expect(await readAll(await harness.open())).toEqual(['0:a']);
  });

  test('finishes a deletion that a crash interrupted', async () => {
    await harness.open();
    await harness.close();
    const path = join(harness.directory, 'topics.json');
    const list = JSON.parse((await readFile(path)).toString());
    await writeFile(path, JSON.stringify({ ...list, topics: [] }));
    const log = await harness.openLog();
    expect(log.topics()).toEqual([]);
    expect(await readdir(harness.directory)).toEqual(['topics.json']);
  });

  test('removes what a creation that a crash interrupted has left', async () => {
    await harness.open();
    await harness.close();
    await mkdir(join(harness.directory, '2', '0'), { recursive: true });
    await writeFile(join(harness.directory, '2', '0', `${'0'.repeat(20)}.log`), '');
    await mkdir(join(harness.directory, '3'));
    await harness.open();
    expect(await readdir(harness.directory)).toEqual(['1', 'topics.json']);
    const options = { name: 'next', partitionCount: 1, cleanupPolicy: 'delete' } as const;
    expect((await harness.log.createTopic(options)).id).toBe(2);
  });

  test('leaves a topic with records that its list does not know alone, and its id unused', async () => {
    await harness.open();
    await harness.close();
    const segment = join(harness.directory, '2', '0', `${'0'.repeat(20)}.log`);
    await mkdir(dirname(segment), { recursive: true });
    await writeFile(segment, 'records');
    await harness.open();
    const options = { name: 'next', partitionCount: 1, cleanupPolicy: 'delete' } as const;
    expect((await harness.log.createTopic(options)).id).toBe(3);
    expect((await readFile(segment)).toString()).toBe('records');
  });

  test('a topic that could not be made durable does not exist', async () => {
    const files = new FaultyFiles();
    await harness.open({}, { env: files.env });
    files.failOn('replaceFile', 'topics.json', 'ENOSPC');
    const options = { name: 'next', partitionCount: 1, cleanupPolicy: 'delete' } as const;
    await expect(harness.log.createTopic(options)).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(harness.log.topic('next')).toBeUndefined();
    files.heal();
    expect((await harness.log.createTopic(options)).id).toBe(3);
  });

  test('a topic whose deletion could not be made durable still works', async () => {
    const files = new FaultyFiles();
    const partition = await harness.open({}, { env: files.env });
    files.failOn('replaceFile', 'topics.json', 'EIO');
    await expect(harness.log.deleteTopic(partition.topic)).rejects.toMatchObject({ code: 'EIO' });
    expect(harness.log.topic('events')).toBe(partition.topic);
    partition.append(batchOf(['a']));
    expect(await readAll(partition)).toEqual(['0:a']);
  });
});
