import type { DurationFigures } from './base/durations.ts';
import type { TopicAccess } from './base/topic-access.ts';
import type { Row, SqlType } from './sql/types.ts';
import type { CommandStatus, Entity } from './api/entities.ts';
import type { JsonNode } from './formats/json-node.ts';
import type { SubjectRegistry } from './schema-registry/subject-registry.ts';
import type { BackupAnswer, TopicService } from './api/topics.ts';

/**
 * What the network surfaces and the shell's embedded mode need of a database. `Database` implements it; the server
 * knows only this.
 */
export interface Engine {
  /**
   * Runs all statements of the text but SELECT and PRINT, in order, and returns the entities they produce (none for
   * INSERT VALUES, SET, UNSET). All are validated before the first runs.
   * @throws DatabaseError: its `entities` are those of the statements that ran.
   */
  execute(sql: string, options?: StatementOptions): Promise<readonly Entity[]>;
  /**
   * Starts the one SELECT or PRINT of the text.
   * @throws DatabaseError: WRONG_ENDPOINT for another kind of statement.
   */
  query(sql: string, options?: StatementOptions): Promise<QueryResult>;
  /**
   * The whole answer of a pull query by one key that was planned before: what `query` would give, for less. A promise
   * when what was acknowledged has to be committed first; null for a text that has to go to `query`.
   */
  pullByKey?(sql: string, options?: StatementOptions): PullAnswer | Promise<PullAnswer> | null;
  /** Ends a running push or stream-pull query; false if there is none of that id. */
  closeQuery(queryId: string): boolean;
  /**
   * Opens a way to write rows into a source.
   * @param target its name: upper-cased unless it stands in back-quotes.
   * @throws DatabaseError UNKNOWN_SOURCE, or BAD_STATEMENT for a source that takes no rows.
   */
  openInserts(target: string, options?: StatementOptions): Inserts;
  /** What became of the durable statements this process knows of, by command id, oldest first. */
  readonly commandStatuses: ReadonlyMap<string, CommandStatus>;
  /** The topic a stream or table lies over; null for a name that is none. */
  topicOf(source: string): string | null;
  /** Checks that a property of this name may be set. @throws DatabaseError UNKNOWN_PROPERTY. */
  checkProperty(name: string): void;
  /** The persistent queries and the partitions they read, for the status of the cluster. */
  readonly queryPartitions: readonly QueryPartitions[];
  /**
   * Ends everything: terminates all queries, drops all sources, and deletes the topics of those whose topic one of
   * the patterns (regular expressions) matches as a whole. What remains is an empty database.
   * @throws DatabaseError BAD_REQUEST for a pattern that is none.
   */
  terminateAll(topicPatterns: readonly string[]): Promise<Entity>;
  /** Topics, records and consumer groups beside SQL. */
  readonly topics: TopicService;
  /** Copies the database to a new directory while it runs. */
  backup(directory: string): Promise<BackupAnswer>;
  /** 'starting' until recovery is done, then 'ready'; 'failed' after an error the process cannot go on from. */
  readonly status: 'starting' | 'ready' | 'failed' | 'closed';
  /** Counts and sizes of everything that runs, for monitoring. */
  readonly figures: EngineFigures;
  /** Names this database for /info; kept in the data directory. */
  readonly clusterId: string;
  /** The registry of schemas; absent when they are kept in another one. */
  readonly registry?: SubjectRegistry | undefined;
}

/** Counts since the process started, and sizes right now. */
export interface EngineFigures {
  readonly queries: readonly QueryFigures[];
  readonly partitions: readonly PartitionFigures[];
  readonly ticks: {
    readonly process: DurationFigures;
    readonly commit: DurationFigures;
  };
  /** What the state of all persistent queries takes in memory, about, and may take. */
  readonly stateBytes: number;
  readonly stateBytesMax: number;
  readonly diskIsFull: boolean;
}

/** One persistent query. */
export interface QueryFigures {
  readonly queryId: string;
  readonly state: 'RUNNING' | 'PAUSED' | 'ERROR';
  readonly recordsIn: number;
  readonly recordsOut: number;
  readonly lateRecords: number;
  readonly errors: number;
  readonly lag: number;
  readonly stateBytes: number;
}

/** One partition of a topic; what it ever held is its end, what it holds lies between the two offsets. */
export interface PartitionFigures {
  readonly topic: string;
  readonly partition: number;
  readonly startOffset: number;
  readonly endOffset: number;
  /** Its files are damaged, or failed. */
  readonly isOffline?: boolean;
}

/** Rows on their way into one source. */
export interface Inserts {
  /**
   * Checks a row, given as a JSON object, and writes it.
   * @returns where it stands, once it is on disk or what the durability of its topic asks for is done.
   * @throws DatabaseError at once for a row that does not fit; nothing of it is written then.
   */
  insert(row: JsonNode): Promise<Acknowledgement>;
}

/** Where a record stands. */
export interface RecordPosition {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** Where an acknowledged row stands. */
export interface Acknowledgement extends RecordPosition {
  /** What the acknowledgement is worth: with `fsync` the row is on disk. */
  readonly durability: string;
}

/** Records that an answer has to show; refused with WAIT_TIMEOUT when they are not processed in time. */
export interface ReadAfter {
  readonly positions: readonly RecordPosition[];
  readonly timeoutMs: number;
}

/** A persistent query and what it reads and keeps. */
export interface QueryPartitions {
  readonly queryId: string;
  /** Names of its state stores. */
  readonly stores: readonly string[];
  readonly partitions: readonly { readonly topic: string; readonly partition: number }[];
}

export interface StatementOptions {
  /** `streamsProperties`: session properties by name; scalars or their text. */
  readonly properties?: Readonly<Record<string, string | number | boolean | null>>;
  readonly sessionVariables?: Readonly<Record<string, string>>;
  /** What a pull query has to wait for. */
  readonly after?: ReadAfter | undefined;
  /** Where an earlier push query of the same text stood (`QueryResult.continuation`): goes on behind it. */
  readonly resume?: string;
  /** Given the kinds of all statements before the first of them is looked at; what it throws refuses them all. */
  readonly authorize?: (statementKinds: readonly string[]) => void;
  /** Which topics the client may touch; absent: all. */
  readonly access?: TopicAccess;
  /**
   * Names the request: sent again with the same statements it is not run again. For requests that only insert rows.
   */
  readonly idempotencyKey?: string;
}

export interface QueryResult {
  readonly kind: 'pull' | 'push' | 'print';
  /** Pull over a stream or push: can be closed by id. */
  readonly closable: boolean;
  readonly queryId: string;
  /** Empty for PRINT. */
  readonly columns: readonly QueryColumn[];
  /**
   * The next rows, at least one; null when the query has ended. A push query reads the log at the caller's pace:
   * whoever does not ask is not sent anything and costs nothing.
   * @throws DatabaseError when the query failed.
   */
  next(): Promise<QueryBatch | null>;
  /**
   * Behind the rows of the last `next`, what `StatementOptions.resume` takes; null for a query whose state cannot be made
   * again, which can only be started anew. Absent: no push query.
   */
  readonly continuation?: string | null;
  /** Why it ended, once `next` returned null: 'Limit Reached', 'Query Completed' or null (table pulls). */
  readonly finalMessage: string | null;
  /** Stops it and frees everything; `next` then returns null. Idempotent. */
  close(): Promise<void>;
}

/** The answer of a pull query as a whole. */
export interface PullAnswer {
  readonly queryId: string;
  /** The same object for answers of the same query text. */
  readonly columns: readonly QueryColumn[];
  readonly rows: readonly Row[];
}

export interface QueryColumn {
  readonly name: string;
  readonly type: SqlType;
  /** Shown as KEY in the header of a pull query. */
  readonly isKey: boolean;
}

export type QueryBatch =
  | {
      readonly kind: 'rows';
      readonly rows: readonly Row[];
      readonly tombstones: readonly boolean[] | null;
      /** Other queries are given this very object: what is made of it can be made once for all of them. */
      readonly isShared?: true;
    }
  | {
      readonly kind: 'lines';
      readonly lines: readonly string[];
      /** What keys and values are guessed to be, from all lines so far. */
      readonly formats?: { readonly key: string; readonly value: string };
    };
