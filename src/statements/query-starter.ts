import type { ParsedStatement } from '../../grammar/parser.ts';
import type { PrintNode, QueryNode, StatementNode } from '../../grammar/ast.ts';
import { expandTypes } from '../analyze/custom-types.ts';
import { analyzePull } from '../analyze/pull.ts';
import { canFollow, checkFollowing } from '../analyze/scalable-push.ts';
import { analyzeQuery } from '../analyze/query.ts';
import { errorAt } from '../analyze/error-at.ts';
import type { AnalyzedQuery } from '../analyze/logical-plan.ts';
import type { QueryType } from '../api/entities.ts';
import { DatabaseError } from '../base/errors.ts';
import type { Env, Random } from '../base/env.ts';
import type { TopicAccess } from '../base/topic-access.ts';
import { didYouMean } from '../catalog/did-you-mean.ts';
import type { PullAnswer, QueryResult, ReadAfter, StatementOptions } from '../engine.ts';
import { SchemaCache } from '../formats/schema-cache.ts';
import type { Log, Topic } from '../log/log.ts';
import { planQuery } from '../plan/planner.ts';
import type { MemoryBudget } from '../base/memory-budget.ts';
import { ClientMemory } from '../runtime/client-memory.ts';
import { type Continuation, parseContinuation } from '../runtime/continuation.ts';
import { PrintQuery } from '../runtime/print-query.ts';
import type { ProcessingLog } from '../runtime/processing-log.ts';
import { PreparedPull } from '../runtime/prepared-pull.ts';
import { PullAmbient } from '../runtime/pull-ambient.ts';
import { PullQuery } from '../runtime/pull-query.ts';
import { PushGroups } from '../runtime/push-groups.ts';
import type { QueryRunner } from '../runtime/query-runner.ts';
import type { TickLoop } from '../runtime/tick-loop.ts';
import { TransientQuery } from '../runtime/transient-query.ts';
import type { SchemaRegistry } from '../schema-registry/schema-registry.ts';
import type { Store } from '../state/store.ts';
import { awaitPositions } from './await-positions.ts';
import type { CatalogState } from './catalog-state.ts';
import { locateInSql } from './locate.ts';
import { blankedText, maskedStatement } from './masked-statement.ts';
import { parseSql } from './parse.ts';
import {
  keyLiteralsOf,
  pullPlanKey,
  type PullPlanEntry,
  type PullPlanKey,
  PullPlans,
} from './pull-plans.ts';
import {
  planSettings,
  parseOverrides,
  sessionProperties,
  type SessionProperties,
} from './session-properties.ts';
import { checkPositions, checkStatement } from './topic-access.ts';
import { sessionVariables } from './variables.ts';

const PUSH_QUERIES_MAX = 1_000;
const PULL_QUERIES_MAX = 64;
const ID_DIGITS = 10 ** 15;
/** Pulls on tables are not listed. */
const NO_TOPICS: readonly string[] = [];

export interface QueryStarterOptions {
  readonly clock: Env['clock'];
  readonly random: Random;
  readonly log: Log;
  readonly store: Store;
  readonly loop: TickLoop;
  readonly runner: QueryRunner;
  readonly catalog: CatalogState;
  readonly processingLog: ProcessingLog;
  readonly registry: SchemaRegistry;
  /** The memory of the database, of which the state of queries takes a part. */
  readonly budget: MemoryBudget;
  /** The latest time a record may have at this moment, ms since the epoch; default: there is no such bound. */
  readonly timeMax?: () => number;
}

/** A push or stream-pull query that runs. */
export interface TransientSummary {
  readonly id: string;
  readonly sql: string;
  readonly type: QueryType;
  /** What it reads. */
  readonly topics: readonly string[];
}

interface Running extends Omit<TransientSummary, 'id'> {
  readonly result: QueryResult;
}

/** Starts SELECT and PRINT statements and keeps book of those that run. */
export class QueryStarter {
  readonly #options: QueryStarterOptions;
  readonly #schemas: SchemaCache;
  readonly #plans = new PullPlans();
  readonly #groups: PushGroups;
  readonly #memory: ClientMemory;
  /** By id. Table pulls are here too but cannot be closed by id. */
  readonly #running = new Map<string, Running>();
  /** Pull queries on tables that run now. */
  #pulls = 0;
  #pullNumber = 0;

  constructor(options: QueryStarterOptions) {
    this.#options = options;
    this.#schemas = new SchemaCache(options.registry);
    this.#groups = new PushGroups(options.clock);
    this.#memory = new ClientMemory(options.budget);
  }

  /** See Engine.query. */
  start(sql: string, options: StatementOptions): Promise<QueryResult> {
    const key = options.resume === undefined ? pullPlanKey(sql, options.properties) : null;
    const { catalog } = this.#options.catalog;
    const planned = key === null ? undefined : this.#plans.find(key, { catalog });
    if (planned === undefined || (options.access && !mayRead(planned, options.access))) {
      return this.#plan(sql, { options, key });
    }
    return this.#runPull(planned, { sql, after: options.after });
  }

  /** See Engine.pullByKey. */
  pullByKey(sql: string, options: StatementOptions): PullAnswer | Promise<PullAnswer> | null {
    if (options.resume !== undefined || options.after !== undefined) return null;
    const planned = this.#plannedPull(sql, options);
    if (planned?.plan.kind !== 'keyLookup' || !planned.prepared.isSingle(planned.plan)) return null;
    if (this.#pulls >= PULL_QUERIES_MAX) return null;
    const { prepared, plan, writer, properties } = planned;
    const answer = (): PullAnswer => ({
      queryId: this.#pullId(),
      columns: prepared.columns,
      rows: prepared.single(plan),
    });
    const waiting = this.#options.loop.caughtUp(writer, properties.pullWaitMs);
    if (waiting === null) return answer();
    this.#pulls++;
    return waiting.then(answer).finally(() => this.#pulls--);
  }

  /** The plan of a pull query that the client may run and that was planned before. */
  #plannedPull(sql: string, { properties, access }: StatementOptions): PullPlanEntry | undefined {
    const key = pullPlanKey(sql, properties);
    if (key === null) return undefined;
    const { catalog } = this.#options.catalog;
    const planned = this.#plans.find(key, { catalog });
    const isOpen = planned === undefined || !access || mayRead(planned, access);
    return isOpen ? planned : undefined;
  }

  #pullId(): string {
    return `query_${this.#options.clock.now()}_${++this.#pullNumber}`;
  }

  async #plan(
    sql: string,
    { options, key }: { options: StatementOptions; key: PullPlanKey | null },
  ): Promise<QueryResult> {
    const overrides = parseOverrides(
      options.properties ?? {},
      this.#options.catalog.catalog.defaults,
    );
    const properties = sessionProperties(overrides);
    const variables = sessionVariables(options.sessionVariables ?? {});
    const { sql: substituted, statements } = await parseSql(sql, { overrides, variables });
    const [only] = statements;
    if (only === undefined || statements.length !== 1) {
      throw new DatabaseError(
        'BAD_STATEMENT',
        `Expected exactly one KSQL statement; found ${statements.length} instead`,
        { statementText: maskedStatement(sql) },
      );
    }
    try {
      const resume = options.resume === undefined ? null : parseContinuation(options.resume);
      const { after, access = null } = options;
      return await this.#startOne(only, { properties, key, after, resume, access });
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      throw locateInSql(error, blankedText(substituted)).with({
        statementText: maskedStatement(only.text),
      });
    }
  }

  #startOne(
    { statement: written, text }: ParsedStatement,
    { properties, key, after, resume, access }: StartSession,
  ): QueryResult | Promise<QueryResult> {
    const { catalog } = this.#options.catalog;
    const statement = expandTypes(written, catalog.types);
    if (access !== null) this.#checkAccess(statement, { access, after });
    const isPull = statement.kind === 'select' && statement.query.emit === null;
    if (after !== undefined && !isPull) {
      throw new DatabaseError(
        'BAD_REQUEST',
        'after is for pull queries: a push query waits anyway.',
      );
    }
    switch (statement.kind) {
      case 'select':
        return statement.query.emit === null
          ? this.#pull(statement.query, { sql: text, properties, key, after })
          : this.#push(statement.query, { sql: text, properties, resume });
      case 'print':
        return this.#print(statement, text);
      default:
        throw new DatabaseError(
          'WRONG_ENDPOINT',
          'Neither a query nor a print statement: send it to the endpoint /ksql instead.',
        );
    }
  }

  /** @throws DatabaseError FORBIDDEN for topics the client may not read. */
  #checkAccess(
    statement: StatementNode,
    { access, after }: { readonly access: TopicAccess; readonly after: ReadAfter | undefined },
  ): void {
    const { catalog } = this.#options.catalog;
    checkPositions(after, access);
    checkStatement(statement, {
      catalog,
      access,
      topicPrefix: '',
      isTopic: () => false,
      isTransient: () => false,
    });
  }

  #push(
    query: QueryNode,
    { sql, properties, resume }: Session & { resume: Continuation | null },
  ): QueryResult {
    const { catalog } = this.#options.catalog;
    const analyzed = analyzeQuery(query, { catalog, mode: 'push' });
    const pushes = this.#count('PUSH');
    if (pushes >= PUSH_QUERIES_MAX) {
      throw new DatabaseError(
        'TOO_MANY',
        `${pushes} push queries run already, which is the most this server allows. Close some and try again.`,
      );
    }
    const follows =
      properties.scalablePush && properties.offsetReset === 'latest' && canFollow(query, catalog);
    if (follows) checkFollowing(query);
    return this.#transient(analyzed, { sql, properties, type: 'PUSH', follows, resume });
  }

  #pull(
    query: QueryNode,
    { sql, properties, key, after }: Pick<Session, 'sql'> & PullSession,
  ): QueryResult | Promise<QueryResult> {
    const { catalog } = this.#options.catalog;
    const analyzed = analyzeQuery(query, {
      catalog,
      mode: 'pull',
      isPullLimitAllowed: properties.pullLimit,
    });
    if (analyzed.result === 'stream') {
      if (!properties.streamPull) {
        throw new DatabaseError(
          'BAD_STATEMENT',
          "Pull queries on streams are disabled. To create a push query on the stream, add EMIT CHANGES to the end. To enable pull queries on streams, set the ksql.query.pull.stream.enabled config to 'true'.",
        );
      }
      const settings = { sql, properties, type: 'PULL', follows: false, resume: null } as const;
      const start = (): QueryResult => this.#transient(analyzed, settings);
      return after === undefined ? start() : this.#awaitStream(analyzed, after).then(start);
    }
    const planned = this.#planPull(query, analyzed, { properties, key });
    return this.#runPull(planned, { sql, after });
  }

  #planPull(
    query: QueryNode,
    analyzed: AnalyzedQuery,
    { properties, key }: { properties: SessionProperties; key: PullPlanKey | null },
  ): PullPlanEntry {
    const { catalog } = this.#options.catalog;
    const { where } = query;
    const tableScanEnabled = properties.tableScan;
    const { clock, random, store, processingLog } = this.#options;
    const ambient = new PullAmbient(clock, random);
    const plan = analyzePull(analyzed, { catalog, where, tableScanEnabled, ambient });
    const id = analyzed.sources[0]?.createdBy ?? '';
    const writer = this.#options.runner.query(id);
    if (writer === undefined) {
      throw errorAt('BAD_STATEMENT', query, `The query ${id} that keeps this table does not run.`);
    }
    const keys = analyzed.root.input.schema.keys;
    const keyLiterals =
      key === null ? null : keyLiteralsOf(query, plan, { keys, template: key.template });
    // A lookup by nothing but its key finds no row the condition would not hold for.
    const predicate = keyLiterals === null ? plan.predicate : null;
    const services = { store, clock, processingLog };
    const prepared = new PreparedPull({ query: analyzed, predicate, writer, services, ambient });
    const topics = analyzed.sources.map(({ topic }) => topic);
    const entry = { prepared, plan, writer, properties, topics };
    if (key !== null && !ambient.wasAsked) this.#plans.add(key, { ...entry, catalog, keyLiterals });
    return entry;
  }

  async #runPull(
    { prepared, plan, writer, properties }: PullPlanEntry,
    { sql, after }: { sql: string; after: ReadAfter | undefined },
  ): Promise<QueryResult> {
    if (this.#pulls >= PULL_QUERIES_MAX) {
      throw new DatabaseError(
        'TOO_MANY',
        `${this.#pulls} pull queries run already, which is the most this server allows. Try again in a moment.`,
      );
    }
    this.#pulls++;
    try {
      if (after === undefined) {
        const waiting = this.#options.loop.caughtUp(writer, properties.pullWaitMs);
        if (waiting !== null) await waiting;
      } else await awaitPositions(after, { ...this.#options, writers: [writer] });
    } catch (error) {
      this.#pulls--;
      throw error;
    }
    const queryId = this.#pullId();
    const result = new PullQuery({
      queryId,
      prepared,
      plan,
      onClose: () => {
        this.#pulls--;
        this.#running.delete(queryId);
      },
    });
    this.#running.set(queryId, { result, sql, type: 'PULL', topics: NO_TOPICS });
    return result;
  }

  /** Waits for what is written into the stream to be there. */
  async #awaitStream({ sources }: AnalyzedQuery, after: ReadAfter): Promise<void> {
    const { catalog, runner } = this.#options;
    const writers = sources.flatMap(({ name }) => catalog.catalog.writersOf(name));
    const running = writers.flatMap(({ id }) => runner.query(id) ?? []);
    await awaitPositions(after, { ...this.#options, writers: running });
  }

  #transient(
    analyzed: AnalyzedQuery,
    {
      sql,
      properties,
      type,
      follows,
      resume,
    }: Session & { type: 'PUSH' | 'PULL'; follows: boolean; resume: Continuation | null },
  ): QueryResult {
    const { clock, random, log, loop, processingLog } = this.#options;
    const source = analyzed.sources[0]?.name ?? 'QUERY';
    const queryId = follows
      ? `SCALABLE_PUSH_QUERY_${random.uuid()}`
      : `transient_${source}_${random.integer() % ID_DIGITS}`;
    const stopWaiting = loop.waitImpatiently();
    try {
      const result = new TransientQuery({
        queryId,
        plan: planQuery(analyzed, null, planSettings(properties)),
        kind: type === 'PUSH' ? 'push' : 'pull',
        limit: analyzed.limit,
        follows,
        resume,
        offsetReset: type === 'PULL' ? 'earliest' : properties.offsetReset,
        clock,
        seed: random.uuid(),
        processingLog,
        schemas: this.#schemas,
        memory: this.#memory,
        timeMax: this.#options.timeMax,
        groups: this.#groups,
        topic: (name) => topicOf(log, name),
        onClose: () => {
          stopWaiting();
          this.#ended(queryId);
        },
      });
      const topics = analyzed.sources.map(({ topic }) => topic);
      return this.#begin(result, { sql, type, topics });
    } catch (error) {
      stopWaiting();
      throw error;
    }
  }

  #print(node: PrintNode, sql: string): QueryResult {
    const { log, random } = this.#options;
    const topic = node.topic.startsWith('_') ? undefined : log.topic(node.topic);
    if (topic === undefined) {
      const names = log.topics().map(({ name }) => name);
      const visible = names.filter((name) => !name.startsWith('_'));
      throw new DatabaseError(
        'UNKNOWN_TOPIC',
        `Topic does not exist: ${node.topic}.${didYouMean(node.topic, visible)} Topic names are case-sensitive; SHOW TOPICS lists them.`,
      );
    }
    const queryId = `print_${random.integer() % ID_DIGITS}`;
    const result = new PrintQuery({
      queryId,
      topic,
      fromBeginning: node.fromBeginning,
      interval: node.interval ?? 1,
      limit: node.limit,
      schemas: this.#schemas,
      onClose: () => this.#ended(queryId),
    });
    return this.#begin(result, { sql, type: 'PUSH', topics: [node.topic] });
  }

  #begin(result: QueryResult, running: Omit<Running, 'result'>): QueryResult {
    this.#running.set(result.queryId, { result, ...running });
    return result;
  }

  #ended(queryId: string): void {
    this.#running.delete(queryId);
    this.#options.processingLog.forget(queryId);
  }

  #count(type: QueryType): number {
    let count = 0;
    for (const running of this.#running.values()) if (running.type === type) count++;
    return count;
  }

  /** Push and stream-pull queries, for SHOW QUERIES. */
  list(): TransientSummary[] {
    return [...this.#running.values()]
      .filter(({ result }) => result.closable)
      .map(({ result, sql, type, topics }) => ({ id: result.queryId, sql, type, topics }));
  }

  /** Ends a query by id; false when there is none that can be closed. */
  close(queryId: string): boolean {
    const running = this.#running.get(queryId);
    if (running === undefined || !running.result.closable) return false;
    void running.result.close();
    return true;
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#running.values()].map(({ result }) => result.close()));
  }
}

interface StartSession extends PullSession {
  readonly resume: Continuation | null;
  readonly access: TopicAccess | null;
}

interface PullSession {
  readonly properties: SessionProperties;
  readonly key: PullPlanKey | null;
  readonly after: ReadAfter | undefined;
}

interface Session {
  readonly sql: string;
  readonly properties: SessionProperties;
}

function topicOf(log: Log, name: string): Topic {
  const topic = log.topic(name);
  if (topic !== undefined) return topic;
  throw new DatabaseError('NOT_FOUND', `Topic ${name} does not exist.`);
}

/** Whether the source of a remembered plan may be read. */
function mayRead({ topics }: PullPlanEntry, access: TopicAccess): boolean {
  return topics.every((topic) => access.allows('read', topic));
}
