import { expect, test } from 'vitest';
import { Change, NULL_KEY } from '../../src/operators/change.ts';
import type { RepartitionStep } from '../../src/plan/physical-plan.ts';
import { Handover } from '../../src/runtime/handover.ts';
import { HandoverInput } from '../../src/runtime/task-input.ts';
import { INTEGER } from '../../src/sql/types.ts';
import { MemoryStore } from '../../src/state/memory-store.ts';
import { type PlacedRecord, SimulatedEngine } from '../simulation/engine.ts';
import { MemoryLog } from '../simulation/memory-log.ts';
import { SimulatedClock } from '../simulation/clock.ts';

const STEP: RepartitionStep = {
  kind: 'Repartition',
  id: 1,
  inputs: [0],
  schema: { keys: [{ name: 'K', type: INTEGER }], values: [], window: null },
  keyFormat: { name: 'KAFKA' },
  partitionCount: 1,
};

function handed(table: string | null, changes: readonly Change[]) {
  const input = new HandoverInput({ stepId: 1, fromCount: 1 });
  const reports: string[] = [];
  const errors = { report: (message: string) => void reports.push(message) };
  new Handover(STEP, [input], { table, errors }).write(changes, 0);
  input.fill();
  return { keys: input.take(Infinity, 10).map(({ key }) => key), reports };
}

function change(key: readonly (number | null)[], time: number): Change {
  return new Change([...key], null, [key[0] ?? null], time, 0, 0, 0, 0);
}

function tableText(name: string, format: string): string {
  return `CREATE TABLE ${name} (k BIGINT PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='${name}', KEY_FORMAT='${format}', VALUE_FORMAT='JSON', PARTITIONS=1);`;
}

function record(topic: string, key: Buffer | null, time: number): PlacedRecord {
  const value = Buffer.from('{"V":5}');
  return { topic, partition: 0, record: { key, value, time, header: null } };
}

test('records of a table without a key are not handed over', () => {
  const changes = [change(NULL_KEY as number[], 1), change([null], 1), change([2], 0)];
  expect(handed('T', changes)).toEqual({
    keys: [[2]],
    reports: [
      'a record of table T without a key is left out',
      'a record of table T without a key is left out',
    ],
  });
});

test('rows of a stream without a key are handed over', () => {
  expect(handed(null, [change(NULL_KEY as number[], 1), change([2], 0)])).toEqual({
    keys: [[], [2]],
    reports: [],
  });
});

test('behind a hand-over no row of a table waits for a record without a key', async () => {
  const [log, store, clock] = [new MemoryLog(), new MemoryStore(), new SimulatedClock()];
  const engine = await SimulatedEngine.open({ log, store, clock, epoch: 1, evict: false });
  for (const sql of [
    tableText('a', 'KAFKA'),
    tableText('b', 'JSON'),
    'CREATE TABLE j AS SELECT a.k, a.v FROM a RIGHT JOIN b ON a.k = b.k EMIT CHANGES;',
  ]) {
    await engine.execute(sql, { merge: false });
  }
  await engine.tick([
    record('b', null, 1),
    record('b', Buffer.from('2'), 0),
    record('a', Buffer.from('0000000000000002', 'hex'), 1),
  ]);
  const results = engine.records('J')[0] ?? [];
  expect(results.map(({ value, time }) => [value?.toString(), time])).toEqual([
    ['{"A_V":null}', 0],
    ['{"A_V":5}', 1],
  ]);
  await engine.close();
});
