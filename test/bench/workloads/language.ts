import { parseStatement } from '../../../grammar/parser.ts';
import { analyzeCreateAsSelect } from '../../../src/analyze/create-as-select.ts';
import { analyzeCreateSource } from '../../../src/analyze/create-source.ts';
import { Catalog } from '../../../src/catalog/catalog.ts';
import { compilePredicate } from '../../../src/expressions/compile.ts';
import type { RowContext } from '../../../src/expressions/evaluation.ts';
import { planQuery } from '../../../src/plan/planner.ts';
import type { Row } from '../../../src/sql/types.ts';
import { median } from '../meter.ts';

const SOURCE = `CREATE STREAM clicks (user_id INT KEY, page VARCHAR, ms BIGINT, ok BOOLEAN, price DOUBLE)
  WITH (KAFKA_TOPIC='clicks', PARTITIONS=4, VALUE_FORMAT='JSON');`;

const TYPICAL = `CREATE TABLE per_page AS
  SELECT page, COUNT(*) AS clicks, SUM(ms) AS total, MAX(price) AS dearest, UCASE(page) AS title
  FROM clicks WINDOW TUMBLING (SIZE 1 MINUTE, GRACE PERIOD 10 SECONDS)
  WHERE ms > 10 AND ok = true AND page LIKE '/p%' GROUP BY page HAVING COUNT(*) > 1 EMIT CHANGES;`;

/** Nine nodes: two AND, three comparisons, an arithmetic, three columns; constants are not counted. */
const CONDITION = 'ms + 5 > 100 AND price < 50.5E0 AND user_id <> 7';

const DEFAULTS = {
  keyFormat: 'KAFKA',
  valueFormat: null,
  wrapSingleValues: null,
  topicPrefix: '',
} as const;
const ROUNDS = 5;
const PLANS_PER_ROUND = 50;
const ROWS = 1_024;
const ROWS_PER_ROUND = 40_000 * ROWS;

export interface PlanningReport {
  /** From the text of a typical CREATE ... AS SELECT to its plan, warmed up. */
  readonly medianMs: number;
  readonly slowestRoundMs: number;
}

/** PLAN: parsing, analyzing and planning a typical statement; the median of the rounds' means. */
export function measurePlanning(): PlanningReport {
  const catalog = catalogOfClicks();
  for (let i = 0; i < PLANS_PER_ROUND * 2; i++) planTypical(catalog);
  const means = Array.from({ length: ROUNDS }, () => {
    const startedAt = performance.now();
    for (let i = 0; i < PLANS_PER_ROUND; i++) planTypical(catalog);
    return (performance.now() - startedAt) / PLANS_PER_ROUND;
  });
  return { medianMs: median(means), slowestRoundMs: Math.max(...means) };
}

function catalogOfClicks(): Catalog {
  const { statement } = parseStatement(SOURCE);
  if (statement.kind !== 'createSource') throw new TypeError('a CREATE is parsed as one');
  const { definition } = analyzeCreateSource(statement, { defaults: DEFAULTS, sql: SOURCE });
  return Catalog.EMPTY.withSource({ ...definition, partitionCount: 4, createdBy: null });
}

function planTypical(catalog: Catalog): number {
  const { statement } = parseStatement(TYPICAL);
  if (statement.kind !== 'createAsSelect') throw new TypeError('a CTAS is parsed as one');
  const { query, definition } = analyzeCreateAsSelect(statement, {
    catalog,
    defaults: DEFAULTS,
    sql: TYPICAL,
  });
  return planQuery(query, { ...definition, partitionCount: 4, createdBy: null }).steps.length;
}

export interface ConditionReport {
  readonly rowsPerSecond: number;
  readonly byHandPerSecond: number;
  /** How many of the rows match; both must find the same. */
  readonly matching: number;
}

/** WHERE: a compiled condition over rows in memory, beside a function written by hand for it. */
export function measureCondition(): ConditionReport {
  const rows = Array.from({ length: ROWS }, (_, i): Row => [
    i % 100,
    `/p${i % 7}`,
    (i * 37) % 400,
    i % 3 === 0,
    (i * 13) % 100,
  ]);
  const compiled = compiledCondition();
  const contenders = [compiled, byHand];
  const rates: number[][] = [[], []];
  const matching = contenders.map((contender) => count(contender, rows, ROWS_PER_ROUND / 10));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, contender] of contenders.entries()) {
      const before = process.cpuUsage();
      count(contender, rows, ROWS_PER_ROUND);
      // Of the processor's time: what other processes take does not count.
      rates[i]!.push(ROWS_PER_ROUND / (process.cpuUsage(before).user / 1e6));
    }
  }
  if (matching[0] !== matching[1]) throw new Error(`matching rows differ: ${matching.join()}`);
  return {
    rowsPerSecond: median(rates[0]!),
    byHandPerSecond: median(rates[1]!),
    matching: matching[0] ?? 0,
  };
}

type Condition = (row: Row, context: RowContext) => boolean;

const CONTEXT: RowContext = { time: 0, partition: 0, offset: 0, windowStart: 0, windowEnd: 0 };

/** As it stands in the plan of a query that filters by it. */
function compiledCondition(): Condition {
  const sql = `CREATE STREAM some AS SELECT * FROM clicks WHERE ${CONDITION};`;
  const { statement } = parseStatement(sql);
  if (statement.kind !== 'createAsSelect') throw new TypeError('a CSAS is parsed as one');
  const { query, definition } = analyzeCreateAsSelect(statement, {
    catalog: catalogOfClicks(),
    defaults: DEFAULTS,
    sql,
  });
  const plan = planQuery(query, { ...definition, partitionCount: 4, createdBy: null });
  const filter = plan.steps.find((step) => step.kind === 'FilterStream');
  if (filter === undefined) throw new TypeError('a plan with WHERE has a filter');
  return compilePredicate(filter.predicate, 'stream');
}

/** The same rules by hand: a null in arithmetic is an error, a comparison with null is false. */
function byHand(row: Row): boolean {
  const ms = row[2] as number | null;
  if (ms === null) throw new Error('ms is null');
  if (ms + 5 <= 100) return false;
  const price = row[4] as number | null;
  if (price === null || price >= 50.5) return false;
  const userId = row[0] as number | null;
  return userId !== null && userId !== 7;
}

function count(condition: Condition, rows: readonly Row[], times: number): number {
  let matching = 0;
  for (let done = 0; done < times; done += ROWS) {
    for (let i = 0; i < ROWS; i++) if (condition(rows[i] as Row, CONTEXT)) matching++;
  }
  return matching;
}
