import { type Database, openDatabase, type Row } from '../../../src/index.ts';
import { Meter } from '../meter.ts';
import { observeReads } from '../observe-reads.ts';
import type { Workload } from '../workloads/workload.ts';
import type { ContenderResult, ContenderTask } from './contender.ts';
import { EVENTS, WARM_UP_EVENTS } from './load.ts';

const FROM_THE_BEGINNING = { properties: { 'auto.offset.reset': 'earliest' } };

/**
 * Runs the workload as a persistent query over loaded topics: from the statement until everything is committed. The
 * result is read and checked afterwards.
 */
export async function runEngine(workload: Workload, task: ContenderTask): Promise<ContenderResult> {
  const world = observeReads();
  const database = await openDatabase({
    directory: task.directory,
    env: world.env,
    onFatal: (error) => {
      throw error;
    },
  });
  await warmUp(database, workload);
  await prepare(database, workload, EVENTS);
  const meter = new Meter();
  world.observe((bytes) => meter.mark(bytes));
  await create(database, workload.createSql({ source: EVENTS, result: 'result' }));
  await database.settled();
  const measurement = meter.stop(task.eventCount);
  const rows: Row[] = [];
  for (const sql of workload.readSql('result')) await readAll(database, sql, rows);
  const figures = workload.figuresOf(rows);
  await database.close();
  return { ...measurement, figures };
}

async function warmUp(database: Database, workload: Workload): Promise<void> {
  await prepare(database, workload, WARM_UP_EVENTS);
  const names = { source: WARM_UP_EVENTS, result: 'warm_up_result' };
  const queryId = await create(database, workload.createSql(names));
  await database.settled();
  await database.execute(`TERMINATE ${queryId};`);
}

async function prepare(database: Database, workload: Workload, source: string): Promise<void> {
  for (const sql of workload.prepareSql?.(source) ?? []) {
    const [entity] = await database.execute(sql, FROM_THE_BEGINNING);
    await database.settled();
    const queryId = entity?.['@type'] === 'currentStatus' ? entity.commandStatus.queryId : null;
    if (queryId !== null) await database.execute(`TERMINATE ${queryId};`);
  }
}

/** Runs a CREATE ... AS SELECT and returns the id of its query. */
async function create(database: Database, sql: string): Promise<string> {
  const [entity] = await database.execute(sql, FROM_THE_BEGINNING);
  if (entity?.['@type'] !== 'currentStatus' || entity.commandStatus.queryId === null) {
    throw new Error(`The statement started no query: ${sql}`);
  }
  return entity.commandStatus.queryId;
}

/** Adds all rows of a query that ends by itself. */
async function readAll(database: Database, sql: string, into: Row[]): Promise<void> {
  const result = await database.query(sql);
  for (;;) {
    const batch = await result.next();
    if (batch === null) return;
    if (batch.kind === 'rows') for (const row of batch.rows) into.push(row);
  }
}
