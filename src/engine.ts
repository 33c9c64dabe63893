import type { Row, SqlType } from './sql/types.ts';
import type { Entity } from './api/entities.ts';
import type { SubjectRegistry } from './schema-registry/subject-registry.ts';
import type { TopicService } from './api/topics.ts';

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
  /** Ends a running push or stream-pull query; false if there is none of that id. */
  closeQuery(queryId: string): boolean;
  /** Topics, records and consumer groups beside SQL. */
  readonly topics: TopicService;
  /** 'starting' until recovery is done, then 'ready'; 'failed' after an error the process cannot go on from. */
  readonly status: 'starting' | 'ready' | 'failed' | 'closed';
  /** Names this database for /info; kept in the data directory. */
  readonly clusterId: string;
  /** The registry of schemas; absent when they are kept in another one. */
  readonly registry?: SubjectRegistry | undefined;
}

export interface StatementOptions {
  /** `streamsProperties`: session properties by name; scalars or their text. */
  readonly properties?: Readonly<Record<string, string | number | boolean | null>>;
  readonly sessionVariables?: Readonly<Record<string, string>>;
  /** Given the kinds of all statements before the first of them is looked at; what it throws refuses them all. */
  readonly authorize?: (statementKinds: readonly string[]) => void;
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
  /** Why it ended, once `next` returned null: 'Limit Reached', 'Query Completed' or null (table pulls). */
  readonly finalMessage: string | null;
  /** Stops it and frees everything; `next` then returns null. Idempotent. */
  close(): Promise<void>;
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
    }
  | { readonly kind: 'lines'; readonly lines: readonly string[] };
