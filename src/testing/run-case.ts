import { splitStatements } from '../../grammar/split.ts';
import { DatabaseError, ERROR_CODES } from '../base/errors.ts';
import { EvaluationError } from '../sql/evaluation-error.ts';
import { difference, type NumberComparison } from './compare.ts';
import { CaseFormatError, type CaseRecord, type TestCase } from './json-case.ts';
import { Failure, type FailureReason, type Outcome } from './outcome.ts';
import { decodeRecord, encodeRecord, shown } from './payloads.ts';
import { type FedRecord, Pipeline, type PipelineRecord } from './pipeline.ts';
import { checkPostConditions } from './post-conditions.ts';
import { registerSchemas } from './schemas-before.ts';
import { topicsBefore } from './topics-before.ts';

/** Says how the runner compares; the engine does not know it. */
const EXACT_NUMBERS = 'use.exact.numeric.comparison';

/** Properties that choose between ways to the same result, or name what only a cluster has. */
const IGNORED_PROPERTIES = new Set([
  EXACT_NUMBERS,
  'ksql.new.query.planner.enabled',
  'ksql.sink.partitions',
  'ksql.sink.replicas',
  'ksql.functions.substring.legacy.args',
  'ksql.windowed.session.key.legacy',
  'ksql.streams.topology.optimization',
]);

/** Runs a case in a fresh engine. Never throws: whatever happens is the case's outcome. */
export async function runCase(testCase: TestCase): Promise<Outcome> {
  try {
    return await runChecked(testCase);
  } catch (error) {
    return { kind: 'failed', ...describe(error) };
  }
}

function describe(error: unknown): { reason: FailureReason; message: string } {
  if (error instanceof Failure) return { reason: error.reason, message: error.message };
  if (error instanceof CaseFormatError) return { reason: 'case', message: error.message };
  if (isRefusal(error)) return { reason: 'refused', message: error.message };
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { reason: 'internal', message: message.split('\n').slice(0, 3).join(' ') };
}

/** Whether the engine says that its user is to blame; anything else is an internal error. */
function isRefusal(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError && ERROR_CODES[error.code].blame === 'user';
}

/** Those that the engine has to know. */
function engineProperties({ properties }: TestCase): ReadonlyMap<string, string> {
  return new Map([...properties].filter(([name]) => !IGNORED_PROPERTIES.has(name)));
}

async function runChecked(testCase: TestCase): Promise<Outcome> {
  const pipeline = await Pipeline.open(engineProperties(testCase));
  try {
    const refusal = await runStatements(testCase, pipeline);
    if (refusal !== null) return { kind: 'passed', refusal, skippedCount: 0 };
    return await runRecords(testCase, pipeline);
  } finally {
    await pipeline.close();
  }
}

/** @returns why the last statement was refused, when the case expects that; else null. */
async function runStatements(testCase: TestCase, pipeline: Pipeline): Promise<string | null> {
  const { statements, rest } = splitStatements(testCase.statements.join('\n'));
  const texts = rest.trim() === '' ? statements : [...statements, rest];
  const topics = topicsBefore(testCase, texts);
  for (const [name, partitionCount] of topics) await pipeline.ensureTopic(name, partitionCount);
  const { registry } = pipeline;
  await registerSchemas(testCase, {
    properties: engineProperties(testCase),
    statements: texts,
    topics: [...topics.keys()],
    registry,
  });
  for (const [index, sql] of texts.entries()) {
    try {
      await pipeline.execute(sql);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (testCase.expectsError && index === texts.length - 1) return oneLine(error.message);
      throw new Failure('refused', `${oneLine(sql)}: ${oneLine(error.message)}`);
    }
  }
  if (testCase.expectsError) {
    if (testCase.inputs.length === 0) throw notRefused();
  } else if (pipeline.queries.length === 0) {
    throw new Failure('case', 'there is no persistent query');
  }
  return null;
}

function notRefused(): Failure {
  return new Failure('not refused', 'expected: the last statement is refused; found: all ran');
}

async function runRecords(testCase: TestCase, pipeline: Pipeline): Promise<Outcome> {
  try {
    const records: FedRecord[] = [];
    for (const record of testCase.inputs) records.push(await encodeInput(record, pipeline));
    await pipeline.run(records);
  } catch (error) {
    // What stops a query for its rows, as an aggregate that overflows, is no fault of the engine either.
    const isExpected = isRefusal(error) || error instanceof EvaluationError;
    if (testCase.expectsError && isExpected) {
      return { kind: 'passed', refusal: oneLine(error.message), skippedCount: 0 };
    }
    throw error;
  }
  if (testCase.expectsError) throw notRefused();
  await compareTopics(testCase, pipeline);
  const { differences, skippedCount } = await checkPostConditions(testCase, pipeline);
  if (differences.length > 0) throw new Failure('metadata', differences.join('; '));
  return { kind: 'passed', refusal: null, skippedCount };
}

async function encodeInput(record: CaseRecord, pipeline: Pipeline): Promise<FedRecord> {
  const source = pipeline.sourceOf(record.topic);
  if (source === null) {
    throw new CaseFormatError(`no source stands over the topic ${record.topic} of an input`);
  }
  return encodeRecord(record, source, pipeline.registry);
}

async function compareTopics(testCase: TestCase, pipeline: Pipeline): Promise<void> {
  for (const [topic, expected] of Map.groupBy(testCase.outputs, (record) => record.topic)) {
    await compareTopic(topic, expected, { testCase, pipeline });
  }
}

async function compareTopic(
  topic: string,
  expected: readonly CaseRecord[],
  { testCase, pipeline }: { testCase: TestCase; pipeline: Pipeline },
): Promise<void> {
  const actual = pipeline.records(topic);
  for (const [index, record] of expected.entries()) {
    const found = actual[index];
    if (found === undefined) break;
    const differs = await recordDifference(record, found, { testCase, pipeline });
    if (differs !== null) throw outputFailure(`${topic}[${index}] ${differs}`, pipeline);
  }
  if (actual.length === expected.length) return;
  const [missing, extra] = [expected[actual.length], actual[expected.length]];
  const first =
    missing === undefined
      ? `the first one more is ${actualText(extra as PipelineRecord)}`
      : `the first missing is ${shown(missing.key)}: ${shown(missing.value)}`;
  throw outputFailure(
    `${topic}: expected ${expected.length} records, found ${actual.length}; ${first}`,
    pipeline,
  );
}

/** Says also which rows could not be processed: they are often the reason. */
function outputFailure(message: string, { problems }: Pipeline): Failure {
  const [problem] = problems;
  const hint = problem === undefined ? '' : ` (processing log: ${oneLine(problem)})`;
  return new Failure('records', `${message}${hint}`);
}

function actualText({ key, value }: PipelineRecord): string {
  return `${key?.toString() ?? null}: ${value?.toString() ?? null}`;
}

async function recordDifference(
  expected: CaseRecord,
  record: PipelineRecord,
  { testCase, pipeline }: { testCase: TestCase; pipeline: Pipeline },
): Promise<string | null> {
  const source = pipeline.sourceOf(expected.topic);
  if (source === null) return 'no source stands over the topic';
  const actual = await decodeRecord(record, source, pipeline.registry);
  const numbers: NumberComparison =
    testCase.properties.get(EXACT_NUMBERS) === 'false' ? 'double' : 'exact';
  return (
    textDifference('window', windowText(expected.window), windowText(actual.window)) ??
    difference(expected.key, actual.key, { path: 'key', numbers }) ??
    difference(expected.value, actual.value, { path: 'value', numbers }) ??
    textDifference('headers', headersText(expected.headers), headersText(record.headers)) ??
    timestampDifference(expected, record, testCase)
  );
}

function timestampDifference(
  expected: CaseRecord,
  { timestamp }: PipelineRecord,
  { inputs }: TestCase,
): string | null {
  if (expected.timestamp === null) return null;
  // Without inputs the time is that of INSERT, the wall clock, unless the case says otherwise.
  if (inputs.length === 0 && expected.timestamp === 0) return null;
  return textDifference('timestamp', String(expected.timestamp), String(timestamp));
}

function textDifference(what: string, expected: string, actual: string): string | null {
  return expected === actual ? null : `${what}: expected ${expected}, found ${actual}`;
}

function windowText(window: CaseRecord['window']): string {
  return window === null ? 'none' : `${window.type} ${window.start}..${window.end}`;
}

function headersText(headers: PipelineRecord['headers']): string {
  const texts = headers.map(({ key, value }) => {
    return `${key}=${value === null ? 'null' : Buffer.from(value).toString('base64')}`;
  });
  return texts.length === 0 ? 'none' : texts.join(', ');
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > LINE_MAX ? `${line.slice(0, LINE_MAX)}…` : line;
}

const LINE_MAX = 400;
