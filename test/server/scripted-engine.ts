import type { Entity } from '../../src/api/entities.ts';
import { Durations } from '../../src/base/durations.ts';
import { DatabaseError } from '../../src/base/errors.ts';
import type {
  Engine,
  Inserts,
  QueryBatch,
  QueryColumn,
  QueryResult,
  StatementOptions,
} from '../../src/engine.ts';
import type { Row } from '../../src/sql/types.ts';

/** What one statement text leads to. */
export type QueryScript = () => ScriptedResult;
export type StatementScript = () => readonly Entity[];

export interface EngineScript {
  readonly queries?: Readonly<Record<string, QueryScript>>;
  readonly statements?: Readonly<Record<string, StatementScript>>;
}

/**
 * An engine without a database: every statement it knows, and what comes of it, is given by the
 * test.
 */
export class ScriptedEngine implements Engine {
  readonly clusterId = 'cluster-1';
  /** No test of this engine looks at topics. */
  readonly topics = null as unknown as Engine['topics'];
  readonly figures: Engine['figures'] = {
    queries: [],
    partitions: [],
    ticks: { process: new Durations().figures, commit: new Durations().figures },
    stateBytes: 0,
    stateBytesMax: 0,
    diskIsFull: false,
  };
  status: Engine['status'] = 'ready';
  /** What was asked, in order. */
  readonly calls: { readonly sql: string; readonly options: StatementOptions | undefined }[] = [];
  readonly #script: EngineScript;
  readonly #started: ScriptedResult[] = [];
  readonly #waiting: ((result: ScriptedResult) => void)[] = [];
  readonly #running = new Map<string, ScriptedResult>();

  constructor(script: EngineScript) {
    this.#script = script;
  }

  backup(): Promise<never> {
    return Promise.reject(new DatabaseError('FORBIDDEN', 'There is nothing to copy.'));
  }

  async execute(sql: string, options?: StatementOptions): Promise<readonly Entity[]> {
    this.calls.push({ sql, options });
    const run = this.#script.statements?.[sql];
    if (run !== undefined) return run();
    if (this.#script.queries?.[sql] !== undefined) {
      throw new DatabaseError('WRONG_ENDPOINT', 'SELECT and PRINT are run by /query.', {
        statementText: sql,
      });
    }
    throw new DatabaseError('BAD_STATEMENT', `Not in the script: ${sql}`, { statementText: sql });
  }

  async query(sql: string, options?: StatementOptions): Promise<QueryResult> {
    this.calls.push({ sql, options });
    const start = this.#script.queries?.[sql];
    if (start === undefined) {
      const code =
        this.#script.statements?.[sql] === undefined ? 'BAD_STATEMENT' : 'WRONG_ENDPOINT';
      throw new DatabaseError(code, `Not a query: ${sql} Send it to /ksql.`, {
        statementText: sql,
      });
    }
    const result = start();
    this.#running.set(result.queryId, result);
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#started.push(result);
    else waiting(result);
    return result;
  }

  openInserts(target: string): Inserts {
    throw new DatabaseError('UNKNOWN_SOURCE', `Not in the script: ${target}`);
  }

  readonly commandStatuses = new Map();
  readonly queryPartitions = [];

  readonly commandNumber = 2;

  topicOf(): null {
    return null;
  }

  checkProperty(name: string): void {
    throw new DatabaseError('UNKNOWN_PROPERTY', `Not in the script: ${name}`);
  }

  async terminateAll(): Promise<Entity> {
    throw new DatabaseError('BAD_STATEMENT', 'Not in the script: TERMINATE CLUSTER;');
  }

  closeQuery(queryId: string): boolean {
    const result = this.#running.get(queryId);
    if (result === undefined || !result.closable || result.isClosed) return false;
    void result.close();
    return true;
  }

  /** The next query that was or will be started, in order. */
  started(): Promise<ScriptedResult> {
    const result = this.#started.shift();
    if (result !== undefined) return Promise.resolve(result);
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }
}

export interface ScriptedResultOptions {
  readonly kind: QueryResult['kind'];
  readonly queryId?: string;
  readonly columns?: readonly QueryColumn[];
  /** What it has to say from the start. */
  readonly batches?: readonly QueryBatch[];
  /**
   * After the batches: ends with this final message, or throws this; if left out, waits to be fed
   * or closed.
   */
  readonly end?: string | null | Error;
  /** Where batches come from without end, once asked. */
  readonly endless?: () => QueryBatch;
  /** Whether it can go on: its continuation is then `behind n` batches. */
  readonly hasTokens?: boolean;
}

/** A query result that the test feeds. */
export class ScriptedResult implements QueryResult {
  readonly kind: QueryResult['kind'];
  readonly queryId: string;
  readonly columns: readonly QueryColumn[];
  /** Resolves when it was closed. */
  readonly closed: Promise<void>;
  finalMessage: string | null = null;
  isClosed = false;
  readonly #batches: QueryBatch[];
  readonly #endless: (() => QueryBatch) | undefined;
  #end: string | null | Error | undefined;
  #wake: (() => void) | null = null;
  readonly #hasTokens: boolean;
  #batchCount = 0;
  readonly #resolveClosed: () => void;

  constructor(options: ScriptedResultOptions) {
    this.kind = options.kind;
    this.queryId = options.queryId ?? 'query_1';
    this.columns = options.columns ?? [];
    this.#batches = [...(options.batches ?? [])];
    this.#endless = options.endless;
    this.#end = options.end;
    this.#hasTokens = options.hasTokens ?? false;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.closed = promise;
    this.#resolveClosed = resolve;
  }

  get closable(): boolean {
    return this.kind === 'push';
  }

  get continuation(): string | null {
    return this.#hasTokens ? `behind ${this.#batchCount}` : null;
  }

  async next(): Promise<QueryBatch | null> {
    for (;;) {
      if (this.isClosed) {
        this.finalMessage ??= this.kind === 'push' ? 'Query Completed' : null;
        return null;
      }
      const batch = this.#batches.shift() ?? this.#endless?.();
      if (batch !== undefined) {
        this.#batchCount++;
        return batch;
      }
      if (this.#end instanceof Error) throw this.#end;
      if (this.#end !== undefined) {
        this.finalMessage = this.#end;
        return null;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  feed(batch: QueryBatch): void {
    this.#batches.push(batch);
    this.#wake?.();
  }

  /** Ends it with a final message, or fails it. */
  finish(end: string | null | Error): void {
    this.#end = end;
    this.#wake?.();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.#resolveClosed();
    this.#wake?.();
  }
}

/** A batch of rows none of which is a deletion. */
export function rows(...list: Row[]): QueryBatch {
  return { kind: 'rows', rows: list, tombstones: null };
}
