import type { StatementNode } from '../../grammar/ast.ts';
import type { Entity, QueryType } from '../api/entities.ts';
import type { Env } from '../base/env.ts';
import type { ConnectClient } from '../connect/connect-client.ts';
import type { Log } from '../log/log.ts';
import type { Ingest } from '../runtime/ingest.ts';
import type { ProcessingLog } from '../runtime/processing-log.ts';
import type { QueryRunner } from '../runtime/query-runner.ts';
import type { SchemaRegistry } from '../schema-registry/schema-registry.ts';
import type { Command } from './commands.ts';
import type { ServerPropertyValue } from './server-properties.ts';
import type { DeniedProperties, Overrides } from './session-properties.ts';
import type { Variables } from './variables.ts';
import type { World } from './world.ts';

/** One statement as it is to be run. */
export interface Invocation<N> {
  readonly node: N;
  /** As sent, with its `;`. */
  readonly sql: string;
  /** Session properties in force at this statement. */
  readonly overrides: Overrides;
  /** Session variables in force at this statement. */
  readonly variables: Variables;
  /** Names the statement: sent again under it, it is not run again. Null: it has no name. */
  readonly idempotencyKey: string | null;
}

/** What statements act on. */
export interface Services {
  readonly clock: Env['clock'];
  readonly random: Env['random'];
  readonly log: Log;
  readonly ingest: Ingest;
  readonly runner: QueryRunner;
  readonly processingLog: ProcessingLog;
  readonly registry: SchemaRegistry;
  /** Kafka Connect; null when there is none. */
  readonly connect: ConnectClient | null;
  /** Properties that SET may not set. */
  readonly denied: DeniedProperties;
  /** What is fixed while the server runs, for SHOW PROPERTIES. */
  readonly serverProperties: readonly ServerPropertyValue[];
  /** Push and stream-pull queries that run now, as far as they may be seen. */
  readonly transientQueries: () => readonly { id: string; sql: string; type: QueryType }[];
  /** Whether a topic may be seen. */
  readonly isTopicVisible: (name: string) => boolean;
  /** Ends one of them; false if there is none of that id. */
  readonly closeTransient: (id: string) => boolean;
  /** Makes a command durable, applies it, and returns its number. */
  readonly run: (sql: string, command: Command) => Promise<number>;
}

/** A statement that has been checked: what the world will be, and how to make it so. */
export interface Prepared {
  readonly world: World;
  /** Session properties after the statement. */
  readonly overrides?: Overrides;
  /** Session variables after the statement. */
  readonly variables?: Variables;
  /** Runs it for real; null when the statement has nothing to report. */
  run(): Promise<Entity | null>;
}

/** One kind of statement: a definition in the table of statements/index.ts. */
export interface StatementDefinition<N extends StatementNode> {
  readonly kind: N['kind'];
  /** Whether it changes what exists: such statements run one at a time. */
  readonly isDefinition: boolean;
  /**
   * Checks the statement fully against a world, which may be an imagined one, without doing anything.
   * @throws DatabaseError with the position of the mistake.
   */
  prepare(
    invocation: Invocation<N>,
    world: World,
    services: Services,
  ): Prepared | Promise<Prepared>;
}
