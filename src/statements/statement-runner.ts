import type { ParsedStatement } from '../../grammar/parser.ts';
import { expandTypes } from '../analyze/custom-types.ts';
import type { Entity } from '../api/entities.ts';
import { DatabaseError, ERROR_CODES } from '../base/errors.ts';
import type { Env } from '../base/env.ts';
import type { TopicAccess } from '../base/topic-access.ts';
import type { ConnectClient } from '../connect/connect-client.ts';
import type { StatementOptions } from '../engine.ts';
import type { Log } from '../log/log.ts';
import type { Ingest } from '../runtime/ingest.ts';
import type { ProcessingLog } from '../runtime/processing-log.ts';
import type { QueryRunner } from '../runtime/query-runner.ts';
import type { SchemaRegistry } from '../schema-registry/schema-registry.ts';
import type { CatalogState } from './catalog-state.ts';
import type { Prepared, Services, StatementDefinition } from './executor.ts';
import { IdempotentRequests } from './idempotent-requests.ts';
import { definitionOf } from './index.ts';
import { locateInSql } from './locate.ts';
import { blankedText, maskedStatement } from './masked-statement.ts';
import { parseSql } from './parse.ts';
import type { QueryStarter, TransientSummary } from './query-starter.ts';
import type { ServerPropertyValue } from './server-properties.ts';
import {
  type DeniedProperties,
  deniedProperties,
  parseOverrides,
  sessionProperties,
} from './session-properties.ts';
import type { Session } from './substituted-script.ts';
import { checkStatement, showsCatalog, visibleCatalog } from './topic-access.ts';
import { sessionVariables } from './variables.ts';
import type { World } from './world.ts';

export interface StatementRunnerOptions {
  readonly clock: Env['clock'];
  readonly random: Env['random'];
  readonly log: Log;
  readonly ingest: Ingest;
  readonly runner: QueryRunner;
  readonly processingLog: ProcessingLog;
  readonly catalog: CatalogState;
  readonly queries: QueryStarter;
  readonly registry: SchemaRegistry;
  /** Default: there is none. */
  readonly connect?: ConnectClient | null;
  /** Properties that nobody may set; default: those that never can be. */
  readonly denied?: DeniedProperties;
  /** For SHOW PROPERTIES; default: none. */
  readonly serverProperties?: readonly ServerPropertyValue[];
}

/** Runs the statements of a request: all are checked first, then each is run in order. */
export class StatementRunner {
  readonly #catalog: CatalogState;
  readonly #services: Services;
  readonly #queries: QueryStarter;
  /** Statements that change what exists run one request at a time. */
  #definitions: Promise<unknown> = Promise.resolve();
  readonly #idempotent = new IdempotentRequests();

  constructor(options: StatementRunnerOptions) {
    const { clock, random, log, ingest, runner, processingLog } = options;
    const { catalog, queries, registry, denied = deniedProperties([]) } = options;
    const { serverProperties = [], connect = null } = options;
    this.#catalog = catalog;
    this.#queries = queries;
    this.#services = {
      clock,
      random,
      log,
      ingest,
      runner,
      processingLog,
      registry,
      connect,
      denied,
      serverProperties,
      transientQueries: () => queries.list(),
      isTopicVisible: () => true,
      closeTransient: (id) => queries.close(id),
      run: (sql, command) => catalog.run(sql, command),
    };
  }

  /** See Engine.execute. */
  async execute(sql: string, options: StatementOptions): Promise<readonly Entity[]> {
    const overrides = parseOverrides(
      options.properties ?? {},
      this.#catalog.world.catalog.defaults,
    );
    const variables = sessionVariables(options.sessionVariables ?? {});
    const { sql: substituted, statements: parsed } = await parseSql(sql, { overrides, variables });
    options.authorize?.(parsed.map(({ statement }) => statement.kind));
    const request: Request = {
      sql: substituted,
      parsed,
      definitions: parsed.map(executable),
      session: { overrides, variables },
      idempotencyKey: options.idempotencyKey ?? null,
      access: options.access ?? null,
      services: this.#servicesFor(options.access),
    };
    if (options.idempotencyKey !== undefined) return this.#runOnce(request, options.idempotencyKey);
    if (!request.definitions.some((definition) => definition.isDefinition)) {
      return this.#run(request);
    }
    const running = this.#definitions.then(() => this.#run(request));
    this.#definitions = running.catch(() => {});
    return running;
  }

  /** With what somebody may see. */
  #servicesFor(access: TopicAccess | undefined): Services {
    if (access === undefined) return this.#services;
    const isTopicVisible = (name: string): boolean => access.allows('describe', name);
    const transientQueries = (): readonly TransientSummary[] =>
      this.#queries.list().filter(({ topics }) => topics.every(isTopicVisible));
    return { ...this.#services, isTopicVisible, transientQueries };
  }

  /** Under its key a request is run again only as far as it did not come before. */
  async #runOnce(request: Request, key: string): Promise<Entity[]> {
    const kinds = request.parsed.map(({ statement }) => statement.kind);
    const forget = this.#idempotent.begin(key, request.sql, kinds);
    try {
      return await this.#run(request);
    } catch (error) {
      // A request with a mistake can be sent again without it; of any other error nobody knows what it left.
      if (error instanceof DatabaseError && ERROR_CODES[error.code].blame === 'user') forget();
      throw error;
    }
  }

  async #run(request: Request): Promise<Entity[]> {
    // A lone statement is checked when it runs; a rehearsal would only do the same twice.
    if (request.parsed.length > 1) await this.#rehearse(request);
    const entities: Entity[] = [];
    let { session } = request;
    for (const index of request.parsed.keys()) {
      try {
        const { world } = this.#catalog;
        const preparing = prepare(request, { index, session, world });
        const prepared = preparing instanceof Promise ? await preparing : preparing;
        session = sessionAfter(prepared, session);
        const entity = await prepared.run();
        if (entity !== null) entities.push(entity);
      } catch (error) {
        throw withEntities(error, request, { index, entities });
      }
    }
    return entities;
  }

  /** Plays the request through on an imagined world. @throws DatabaseError of the first statement that fails. */
  async #rehearse(request: Request): Promise<void> {
    let { world } = this.#catalog;
    let { session } = request;
    for (const index of request.parsed.keys()) {
      try {
        const preparing = prepare(request, { index, session, world });
        const prepared = preparing instanceof Promise ? await preparing : preparing;
        world = prepared.world;
        session = sessionAfter(prepared, session);
      } catch (error) {
        throw withEntities(error, request, { index, entities: [] });
      }
    }
  }
}

interface Request {
  readonly sql: string;
  readonly parsed: readonly ParsedStatement[];
  readonly definitions: readonly StatementDefinition<ParsedStatement['statement']>[];
  readonly session: Session;
  readonly idempotencyKey: string | null;
  /** Null: all topics. */
  readonly access: TopicAccess | null;
  readonly services: Services;
}

function prepare(
  { parsed, definitions, idempotencyKey: key, access, services }: Request,
  { index, session, world }: { index: number; session: Session; world: World },
): Prepared | Promise<Prepared> {
  const { statement, text } = parsed[index] as ParsedStatement;
  const definition = definitions[index] as StatementDefinition<ParsedStatement['statement']>;
  const node = expandTypes(statement, world.catalog.types);
  const idempotencyKey = key === null ? null : JSON.stringify([key, index]);
  const invocation = { node, sql: text, idempotencyKey, ...session };
  if (access === null) return definition.prepare(invocation, world, services);
  const { catalog } = world;
  const { topicPrefix } = sessionProperties(session.overrides);
  checkStatement(node, {
    catalog,
    access,
    topicPrefix,
    isTopic: (name) => world.topics.has(name),
    isTransient: (queryId) =>
      services.transientQueries().some(({ id }) => id.toLowerCase() === queryId.toLowerCase()),
  });
  if (!showsCatalog(node)) return definition.prepare(invocation, world, services);
  // It changes nothing: the world behind it is the one before.
  const shown = { ...world, catalog: visibleCatalog(catalog, access) };
  const preparing = definition.prepare(invocation, shown, services);
  const unchanged = (prepared: Prepared): Prepared => ({ ...prepared, world });
  return preparing instanceof Promise ? preparing.then(unchanged) : unchanged(preparing);
}

function sessionAfter({ overrides, variables }: Prepared, before: Session): Session {
  return { overrides: overrides ?? before.overrides, variables: variables ?? before.variables };
}

function executable({
  statement,
  text,
}: ParsedStatement): StatementDefinition<ParsedStatement['statement']> {
  const definition = definitionOf(statement);
  if (definition !== null) return definition;
  throw new DatabaseError(
    'WRONG_ENDPOINT',
    "The following statement types should be issued to the websocket endpoint '/query':\n\t* PRINT\n\t* SELECT\n(or to POST /query and /query-stream)",
    { statementText: maskedStatement(text) },
  );
}

function withEntities(
  error: unknown,
  { sql, parsed }: Request,
  { index, entities }: { index: number; entities: readonly Entity[] },
): unknown {
  if (!(error instanceof DatabaseError)) return error;
  const statementText = maskedStatement(parsed[index]?.text ?? sql);
  return locateInSql(error, blankedText(sql)).with({ statementText, entities });
}
