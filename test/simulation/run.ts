import { MemoryStore } from '../../src/state/memory-store.ts';
import type { Case, QuerySpec, RecordSpec, SourceSpec } from './case.ts';
import { compareTopic } from './compare.ts';
import { Cuts } from './cuts.ts';
import { appendRecords, type PlacedRecord, SimulatedEngine } from './engine.ts';
import { MemoryLog } from './memory-log.ts';
import { keyOf, partitionOf } from './oracle/flow.ts';
import { observedOf } from './observed.ts';
import { expectedTopics, inOrderOfDependence } from './oracle/oracle.ts';
import { keyBytes, objectText } from './payload.ts';
import { statementsOf } from './sql.ts';
import { SimulatedClock } from './clock.ts';

/** Wall clock between two ticks: longer than whatever happens only so often. */
const TICK_MS = 10_000;

export interface Outcome {
  /** What is wrong; null when nothing is. */
  readonly problem: string | null;
  /** Records of results compared. */
  readonly results: number;
}

/** Runs a case through the engine and compares what it wrote with the oracle. */
export async function runCase(input: Case): Promise<Outcome> {
  let results = 0;
  const wrong = (problem: string): Outcome => ({ problem, results });
  const log = new MemoryLog();
  const store = new MemoryStore();
  const { evict, pace } = input;
  const clock = new SimulatedClock({ isHurried: pace?.isHurried ?? false });
  const cuts = new Cuts();
  let epoch = 0;
  const open = (): Promise<SimulatedEngine> => {
    epoch++;
    return SimulatedEngine.open({ log, store, clock, epoch, evict, pace, cuts });
  };
  let engine = await open();
  try {
    for (const sql of statementsOf(input)) {
      const refusal = await refusalOf(engine, sql, input);
      if (refusal !== null) return wrong(`refused: ${refusal}\n  ${sql}`);
    }
    for (const [tick, records] of input.ticks.entries()) {
      const placed = records.map((record) => placedRecord(input, record));
      const isRestarted = input.restartsBefore.includes(tick);
      if (isRestarted) await engine.close();
      if (!isRestarted) {
        clock.advance(TICK_MS);
        await engine.tick(placed);
      } else if (input.backlog) {
        clock.advance(TICK_MS);
        appendRecords(log, placed);
        engine = await open();
      } else {
        // A query that failed runs into its error again, in a tick of its own, before the clock goes on.
        engine = await open();
        clock.advance(TICK_MS);
        await engine.tick(placed);
      }
    }
    const unknown = input.merge ? behindMergedTables(input.queries) : [];
    const observed = pace === null ? null : observedOf(engine, cuts);
    for (const expected of expectedTopics(input, observed)) {
      if (unknown.includes(expected.name)) continue;
      const problem = compareTopic(expected, engine.records(expected.name), input);
      if (problem !== null) return wrong(problem);
      results += expected.records.flat().length;
    }
    return { problem: null, results };
  } catch (error) {
    return wrong(
      `failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  } finally {
    await engine.close();
  }
}

/**
 * The results that nobody can foretell when changes are merged: of queries over the results of aggregations, which
 * see some changes and not others; and of HAVING over sessions, where a row on top of a session of one point counts as a
 * new one, and as a change when the two come in different ticks.
 */
function behindMergedTables(queries: readonly QuerySpec[]): string[] {
  const merged = queries.filter(({ groupBy }) => groupBy !== null).map(({ sink }) => sink);
  const open: string[] = [];
  for (const { from, joins, sink, window, having } of inOrderOfDependence(queries)) {
    if (window?.kind === 'SESSION' && having !== null) open.push(sink);
    const reads = [from, ...joins.map(({ source }) => source)];
    if (reads.some((name) => merged.includes(name) || open.includes(name))) open.push(sink);
  }
  return open;
}

async function refusalOf(
  engine: SimulatedEngine,
  sql: string,
  { merge, emitIntervalMs }: Case,
): Promise<string | null> {
  try {
    await engine.execute(sql, { merge, emitIntervalMs });
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** A record as bytes, with its place. */
export function placedRecord(input: Case, record: RecordSpec): PlacedRecord {
  const source = input.sources.find(({ name }) => name === record.source) as SourceSpec;
  const key = record.key === null ? null : keyOf(record.key);
  const { value, time, header } = record;
  return {
    topic: source.name,
    partition: partitionOf(
      key,
      source.keys,
      source.keyFormat,
      input.partitionCount,
      record.partition,
    ),
    record: {
      key: keyBytes(key, source.keys, source.keyFormat),
      value: valueBytes(value, source),
      time,
      header,
    },
  };
}

function valueBytes(value: RecordSpec['value'], source: SourceSpec): Buffer | null {
  if (value === null) return null;
  return Buffer.from(typeof value === 'string' ? value : objectText(value, source.values));
}
