import { assert, unreachable } from '../base/assert.ts';
import { DatabaseError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { Catalog } from '../catalog/catalog.ts';
import type { Log } from '../log/log.ts';
import type { QueryDefinition, QueryRunner } from '../runtime/query-runner.ts';
import type { TickLoop } from '../runtime/tick-loop.ts';
import type { CommandLog } from './command-log.ts';
import type { Command } from './commands.ts';
import { ensureTopic } from './source-topic.ts';
import type { World } from './world.ts';

type StartQuery = Extract<Command, { kind: 'startQuery' }>;

interface ReplayedQuery {
  readonly number: number;
  readonly command: StartQuery;
  readonly paused: boolean;
}

/**
 * What exists now: the catalog, and the queries behind it. Changes only by commands, each durable in the command log
 * before it is applied; replaying the log gives the same state again.
 */
export class CatalogState {
  readonly #log: Log;
  readonly #runner: QueryRunner;
  readonly #loop: TickLoop;
  readonly #logger: Logger;
  #commandLog: CommandLog | null = null;
  #catalog: Catalog;
  /** Queries of the replay that are still there; started when all commands are known. */
  #replayed: Map<string, ReplayedQuery> | null = null;

  constructor(options: {
    log: Log;
    runner: QueryRunner;
    loop: TickLoop;
    logger: Logger;
    /** Before any statement has run. Default: nothing. */
    catalog?: Catalog;
  }) {
    this.#catalog = options.catalog ?? Catalog.EMPTY;
    this.#log = options.log;
    this.#runner = options.runner;
    this.#loop = options.loop;
    this.#logger = options.logger;
  }

  get catalog(): Catalog {
    return this.#catalog;
  }

  /** The catalog, the topics and the next command number, as statements check themselves against them. */
  get world(): World {
    const log = this.#log;
    return {
      catalog: this.#catalog,
      nextNumber: this.#commandLog?.nextOffset ?? 0,
      plans: new Map(),
      subjects: new Map(),
      // Gathered only by statements that ask: an INSERT must not cost more with every topic.
      get topics() {
        return new Map(log.topics().map((topic) => [topic.name, topic.partitions.length]));
      },
    };
  }

  /** Makes a command durable and applies it. One at a time. @returns its number. */
  async run(sql: string, command: Command): Promise<number> {
    assert(this.#commandLog !== null, 'commands run after the replay');
    const number = await this.#commandLog.append(sql, command);
    await this.#apply(command, number);
    return number;
  }

  /**
   * Applies the whole command log, then starts the queries that are left.
   * @param onCommand is told each command, and what existed before it.
   * @returns the numbers of those queries.
   */
  async replay(
    commandLog: CommandLog,
    onCommand: (command: Command, before: Catalog) => void = () => {},
  ): Promise<ReadonlySet<number>> {
    this.#replayed = new Map();
    for await (const { offset, entry } of commandLog.entries()) {
      onCommand(entry.command, this.#catalog);
      await this.#apply(entry.command, offset);
    }
    const replayed = this.#replayed;
    this.#replayed = null;
    for (const source of this.#catalog.sources) await this.#ensureTopic(source.name);
    for (const query of replayed.values()) this.#restart(query);
    this.#commandLog = commandLog;
    return new Set([...replayed.values()].map(({ number }) => number));
  }

  async #apply(command: Command, number: number): Promise<void> {
    switch (command.kind) {
      case 'createSource':
        this.#catalog = this.#catalog.withSource(command.source);
        return;
      case 'startQuery':
        if (command.source !== null) this.#catalog = this.#catalog.withSource(command.source);
        this.#catalog = this.#catalog.withQuery(command.query);
        if (this.#replayed === null) {
          await this.#loop.exclusively(
            async () => void this.#start({ ...definitionOf(number, command), isFresh: true }),
          );
        } else {
          this.#replayed.set(command.query.id, { number, command, paused: false });
        }
        return;
      case 'replaceQuery':
        this.#catalog = this.#catalog.withSource(command.source).withQuery(command.query);
        await this.#replace(command);
        return;
      case 'dropSource':
        await this.#stop(command.queryIds);
        this.#catalog = this.#catalog.withoutSource(command.name);
        await this.#deleteTopic(command.topicId);
        return;
      case 'terminateQueries':
        await this.#stop(command.queryIds);
        return;
      case 'pauseQueries':
        await this.#pause(command.queryIds, command.paused);
        return;
      case 'createType':
        this.#catalog = this.#catalog.withType(command.name, command.type);
        return;
      case 'dropType':
        this.#catalog = this.#catalog.withoutType(command.name);
        return;
      case 'alterSystem':
        this.#catalog = this.#catalog.withDefault(command.property, command.value);
        return;
      default:
        unreachable(command);
    }
  }

  #start(definition: QueryDefinition): void {
    this.#runner.start(definition);
    this.#loop.wake();
  }

  /** A query that cannot start keeps the others from nothing; SHOW QUERIES and EXPLAIN say why. */
  #restart({ number, command, paused }: ReplayedQuery): void {
    const { id } = command.query;
    const definition = definitionOf(number, command);
    try {
      this.#start(definition);
      if (paused) this.#runner.query(id)?.pause();
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      this.#runner.notStarted(definition, error.message);
      this.#logger.error({ query: id, err: error }, 'a query could not be started');
    }
  }

  async #replace({
    query,
    plan,
    merge,
    failOnBadRecord,
  }: Extract<Command, { kind: 'replaceQuery' }>): Promise<void> {
    const { id } = query;
    if (this.#replayed !== null) {
      const replayed = this.#replayed.get(id);
      if (replayed === undefined) return;
      const command = { ...replayed.command, query, plan, merge, failOnBadRecord };
      this.#replayed.set(id, { ...replayed, command });
      return;
    }
    await this.#loop.exclusively(async () => {
      const old = this.#runner.query(id);
      if (old === undefined) return;
      const { number } = old;
      const next = this.#runner.replace({
        id,
        number,
        plan,
        merge,
        startOffsets: {},
        failOnBadRecord,
      });
      if (old.state === 'PAUSED') next.pause();
      this.#loop.wake();
    });
  }

  async #stop(queryIds: readonly string[]): Promise<void> {
    for (const id of queryIds) {
      this.#catalog = this.#catalog.withoutQuery(id);
      if (this.#replayed !== null) this.#replayed.delete(id);
      else await this.#loop.exclusively(async () => this.#runner.stop(id));
    }
  }

  async #pause(queryIds: readonly string[], paused: boolean): Promise<void> {
    const replayed = this.#replayed;
    if (replayed !== null) {
      for (const id of queryIds) {
        const query = replayed.get(id);
        if (query !== undefined) replayed.set(id, { ...query, paused });
      }
      return;
    }
    await this.#loop.exclusively(async () => {
      for (const id of queryIds) {
        const query = this.#runner.query(id);
        if (paused) query?.pause();
        else query?.resume();
      }
      this.#loop.wake();
    });
  }

  /** By id: a topic that was made later under the same name is another one. */
  async #deleteTopic(topicId: number | null): Promise<void> {
    const topic = this.#log.topics().find(({ id }) => id === topicId);
    if (topic !== undefined) await this.#log.deleteTopic(topic);
  }

  /** A topic that vanished comes back empty, so that the rest of the database can run. */
  async #ensureTopic(sourceName: string): Promise<void> {
    const source = this.#catalog.source(sourceName);
    if (source === null || this.#log.topic(source.topic) !== undefined) return;
    const { topic } = source;
    this.#logger.warn({ topic, source: sourceName }, 'a topic was missing and is made anew, empty');
    await ensureTopic(this.#log, source, { askedMs: null });
  }
}

function definitionOf(number: number, command: StartQuery): QueryDefinition {
  const { query, plan, merge, startOffsets, failOnBadRecord } = command;
  return { id: query.id, number, plan, merge, startOffsets, failOnBadRecord };
}
