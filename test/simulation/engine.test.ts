import { expect, test } from 'vitest';
import { MemoryStore } from '../../src/state/memory-store.ts';
import { SimulatedEngine } from './engine.ts';
import { Cuts } from './cuts.ts';
import { MemoryLog } from './memory-log.ts';
import { SimulatedClock } from './clock.ts';

const SOURCE = `CREATE STREAM s (k INT KEY, v INT)
  WITH (KAFKA_TOPIC='s', KEY_FORMAT='JSON', VALUE_FORMAT='JSON', PARTITIONS=1);`;
const QUERY = 'CREATE STREAM copy AS SELECT k, v FROM s EMIT CHANGES;';

function record(value: string) {
  const key = Buffer.from('1');
  return {
    topic: 's',
    partition: 0,
    record: { key, value: Buffer.from(value), time: 5, header: null },
  };
}

test('what is written right after opening is processed when the tick is over', async () => {
  const log = new MemoryLog();
  const store = new MemoryStore();
  const clock = new SimulatedClock();
  const cuts = new Cuts();
  for (let life = 1; life <= 20; life++) {
    const engine = await SimulatedEngine.open({
      log,
      store,
      clock,
      epoch: life,
      evict: false,
      pace: null,
      cuts,
    });
    if (life === 1) for (const sql of [SOURCE, QUERY]) await engine.execute(sql, { merge: false });
    await engine.tick([record(`{"V":${life}}`)]);
    expect(engine.records('COPY')[0]?.at(-1)?.value?.toString()).toBe(`{"V":${life}}`);
    await engine.close();
  }
});
