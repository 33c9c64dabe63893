import { JsonObject, type JsonNode } from '../../../src/formats/json-node.ts';
import { difference } from '../../../src/testing/compare.ts';
import { CaseFormatError, parseJson, type CaseRecord } from '../../../src/testing/json-case.ts';
import { Failure, type Outcome } from '../../../src/testing/outcome.ts';
import { shown } from '../../../src/testing/payloads.ts';
import { topicsBefore } from '../../../src/testing/topics-before.ts';
import { answerDifference, columnsText, entityDifference } from './compare-response.ts';
import type { HostedServer, HostProcess } from './host-process.ts';
import { HttpSession, type Answer } from './http-session.ts';
import { protoText } from './proto-text.ts';
import type { ExpectedError, ExpectedResponse, RestCase } from './rest-case.ts';

/** In force unless a case says otherwise: results one by one, from the first record on. */
const SERVER_PROPERTIES = {
  'auto.offset.reset': 'earliest',
  'cache.max.bytes.buffering': '0',
  'ksql.query.push.v2.enabled': 'true',
} as const;

/** Runs a case against a server of its own. Never throws: whatever happens is the case's outcome. */
export async function runRestCase(restCase: RestCase, host: HostProcess): Promise<Outcome> {
  let server: HostedServer | null = null;
  try {
    server = await host.open();
    return await new Run(restCase, server).play();
  } catch (error) {
    if (error instanceof Failure) return error.outcome;
    if (error instanceof CaseFormatError) return new Failure('case', error.message).outcome;
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return new Failure('internal', text.split('\n').slice(0, 3).join(' ')).outcome;
  } finally {
    await server?.close();
  }
}

/** A request that was refused as the case expects: nothing comes after it. */
class ExpectedRefusal extends Error {
  override readonly name = 'ExpectedRefusal';
}

/** What one request gave: an entity, or the members of a query's answer. */
type Result =
  | { readonly kind: 'admin'; readonly entity: JsonNode }
  | { readonly kind: 'query' | 'queryProto'; readonly members: readonly JsonObject[] };

class Run {
  readonly #case: RestCase;
  readonly #server: HostedServer;
  readonly #http: HttpSession;
  readonly #admin: readonly string[];
  readonly #queries: readonly string[];

  constructor(restCase: RestCase, server: HostedServer) {
    this.#case = restCase;
    this.#server = server;
    const properties = { ...SERVER_PROPERTIES, ...Object.fromEntries(restCase.properties) };
    this.#http = new HttpSession(server.url, properties);
    const { statements } = restCase;
    const first = statements.findIndex((sql) => sql.startsWith('SELECT '));
    this.#admin = first < 0 ? statements : statements.slice(0, first);
    this.#queries = first < 0 ? [] : statements.slice(first);
    if (this.#queries.some((sql) => !sql.startsWith('SELECT '))) {
      throw new CaseFormatError('a statement behind a SELECT is no SELECT');
    }
  }

  async play(): Promise<Outcome> {
    try {
      await this.#playAll();
    } catch (error) {
      if (!(error instanceof ExpectedRefusal)) throw error;
      return { kind: 'passed', refusal: error.message, skippedCount: 0 };
    }
    return { kind: 'passed', refusal: null, skippedCount: 0 };
  }

  async #playAll(): Promise<void> {
    const { expectedError, responses } = this.#case;
    await this.#createTopics();
    const results: Result[] = await this.#runAdmin();
    if (this.#case.waitsForPushQuery) results.push(await this.#runWaitingQuery());
    else {
      await this.#produce();
      for (const sql of this.#queries) results.push(await this.#runQuery(sql));
    }
    if (expectedError !== null && this.#queries.length > 0) {
      throw new Failure('not refused', 'expected: a request is refused; found: all succeeded');
    }
    if (this.#case.asksForProtobuf) {
      for (const sql of this.#queries) results.push(await this.#runProtoQuery(sql));
    }
    this.#compare(responses, results);
    await this.#compareTopics();
  }

  async #createTopics(): Promise<void> {
    const { topics: definitions, properties } = this.#case;
    const texts = Array.from(properties, ([name, value]) => [name, String(value)] as const);
    await this.#server.prepare({
      topics: [...topicsBefore(this.#case, this.#admin)],
      definitions,
      statements: this.#admin,
      properties: new Map(texts),
    });
  }

  async #runAdmin(): Promise<Result[]> {
    if (this.#admin.length === 0) return [];
    const answer = await this.#http.statements(this.#admin.join('\n'));
    const body = this.#succeeded(answer, this.#queries.length === 0);
    if (!Array.isArray(body))
      throw new Failure('response', `/ksql answered ${shown(body)}, no array`);
    return body.map((entity) => ({ kind: 'admin', entity }));
  }

  async #produce(): Promise<void> {
    const byTopic = [...Map.groupBy(this.#case.inputs, ({ topic }) => topic)];
    await this.#server.produce(byTopic.flatMap(([, records]) => records));
    await this.#server.settled();
  }

  async #runWaitingQuery(): Promise<Result> {
    const [sql] = this.#queries;
    if (sql === undefined || this.#queries.length > 1) {
      throw new CaseFormatError('a case that waits for its push query has exactly one');
    }
    return this.#runQuery(sql, () => this.#produce());
  }

  async #runQuery(sql: string, onHeader?: () => Promise<void>): Promise<Result> {
    const answer = await this.#http.query(sql, onHeader);
    const isLast = sql === this.#queries.at(-1);
    return { kind: 'query', members: membersOf(this.#succeeded(answer, isLast)) };
  }

  async #runProtoQuery(sql: string): Promise<Result> {
    const answer = await this.#http.protoQuery(sql);
    return { kind: 'queryProto', members: membersOf(this.#succeeded(answer, true)) };
  }

  /**
   * The body of an answer that is no error.
   * @param isLast whether the request held the last statement: only that may fail as expected.
   * @throws ExpectedRefusal, or Failure for an error nobody expects.
   */
  #succeeded({ status, body }: Answer, isLast: boolean): JsonNode {
    const { expectedError } = this.#case;
    if (status < 400) return body;
    if (expectedError === null || !isLast) {
      throw new Failure(status >= 500 ? 'internal' : 'refused', `${status} ${shown(body)}`);
    }
    const difference = errorDifference(
      expectedError,
      { status, body },
      this.#case.statements.at(-1) ?? '',
    );
    if (difference !== null) throw new Failure('response', difference);
    throw new ExpectedRefusal(messageOf(body) ?? '');
  }

  #compare(expected: readonly ExpectedResponse[], results: readonly Result[]): void {
    if (results.length < expected.length) {
      throw new Failure('response', `expected ${expected.length} results, found ${results.length}`);
    }
    for (const [index, response] of expected.entries()) {
      const found = responseDifference(response, results[index] as Result, {
        path: `responses[${index}]`,
        inOrder: this.#case.verifiesOrder,
        statements: this.#case.statements,
      });
      if (found !== null) throw new Failure('response', found);
    }
  }

  async #compareTopics(): Promise<void> {
    for (const [topic, expected] of Map.groupBy(this.#case.outputs, (record) => record.topic)) {
      const stored = await this.#server.records(topic);
      for (const [index, record] of expected.entries()) {
        const found = stored[index];
        const at = `${topic}[${index}]`;
        if (found === undefined) {
          throw new Failure(
            'records',
            `${at}: expected ${shown(record.value)}, found only ${stored.length} records`,
          );
        }
        const differs = recordDifference(record, found);
        if (differs !== null) throw new Failure('records', `${at} ${differs}`);
      }
    }
  }
}

function recordDifference(
  expected: CaseRecord,
  found: { key: string; value: string; timestamp: number },
): string | null {
  const numbers = 'exact';
  const { timestamp } = expected;
  return (
    difference(expected.key, parseJson(found.key), { path: 'key', numbers }) ??
    difference(expected.value, parseJson(found.value), { path: 'value', numbers }) ??
    (timestamp === null || timestamp === found.timestamp
      ? null
      : `timestamp: expected ${timestamp}, found ${found.timestamp}`)
  );
}

function membersOf(body: JsonNode): JsonObject[] {
  if (!Array.isArray(body))
    throw new Failure('response', `the query answered ${shown(body)}, no array`);
  return body.map((member) => {
    if (member instanceof JsonObject) return member;
    throw new Failure('response', `the query answered the member ${shown(member)}, no object`);
  });
}

function messageOf(body: JsonNode): string | null {
  const message = body instanceof JsonObject ? body.fields.get('message') : null;
  return typeof message === 'string' ? message : null;
}

function errorDifference(
  { ofStatement, status: expectedStatus }: ExpectedError,
  { status, body }: Answer,
  lastStatement: string,
): string | null {
  const fits = expectedStatus === null ? status >= 400 && status < 500 : status === expectedStatus;
  if (!fits)
    return `expected the status ${expectedStatus ?? '4xx'}, found ${status}: ${shown(body)}`;
  if ((messageOf(body) ?? '') === '')
    return `expected an error with a message, found ${shown(body)}`;
  const text = (body as JsonObject).fields.get('statementText');
  if (text === undefined && !ofStatement) return null;
  if (typeof text === 'string' && text.includes(lastStatement)) return null;
  return `expected the error of the statement ${lastStatement}, found ${shown(body)}`;
}

/** @returns null when the result is as expected, else the first difference. */
export function responseDifference(
  expected: ExpectedResponse,
  result: Result,
  { path, inOrder, statements }: { path: string; inOrder: boolean; statements: readonly string[] },
): string | null {
  if (expected.kind !== result.kind)
    return `${path}: expected ${expected.kind}, found ${result.kind}`;
  if (expected.kind === 'admin' || result.kind === 'admin') {
    if (expected.kind !== 'admin' || result.kind !== 'admin') return `${path}: not of one kind`;
    return entityDifference(
      withStatements(expected.entity, statements, path) as JsonObject,
      result.entity,
      path,
    );
  }
  const isProto = expected.kind === 'queryProto';
  const schema = isProto ? protoSchemaOf(result.members) : '';
  return answerDifference(expected.members, result.members, {
    path,
    inOrder,
    rowText: (member, isExpected) =>
      isProto ? protoRowText(member, { isExpected, schema }) : columnsText(member),
  });
}

function protoSchemaOf([header]: readonly JsonObject[]): string {
  const node = header?.fields.get('header');
  const schema = node instanceof JsonObject ? node.fields.get('protoSchema') : null;
  return typeof schema === 'string' ? schema : '';
}

/** An expected row is text already; an actual one is bytes in base64. */
function protoRowText(
  { fields }: JsonObject,
  { isExpected, schema }: { isExpected: boolean; schema: string },
): string | null {
  const row = fields.get('row');
  if (row === undefined) return null;
  if (isExpected) return String(row);
  const bytes = row instanceof JsonObject ? row.fields.get('protobufBytes') : null;
  return typeof bytes === 'string' ? protoText(Buffer.from(bytes, 'base64'), schema) : null;
}

const STATEMENT_MACRO = '{STATEMENT}';

/** Puts the text of the statement of the same number in the place of the macro. */
function withStatements(node: JsonNode, statements: readonly string[], path: string): JsonNode {
  const index = Number(/\d+/.exec(path)?.[0] ?? 0);
  if (typeof node === 'string')
    return node.replaceAll(STATEMENT_MACRO, () => statements[index] ?? '');
  if (Array.isArray(node)) return node.map((each) => withStatements(each, statements, path));
  if (!(node instanceof JsonObject)) return node;
  const replaced = new JsonObject();
  for (const [name, value] of node.fields)
    replaced.set(name, withStatements(value, statements, path));
  return replaced;
}
