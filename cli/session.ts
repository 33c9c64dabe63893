import type { Entity } from '../src/api/entities.ts';
import {
  ApiError,
  ConnectionError,
  type ClientOptions,
  type MillraceClient,
} from '../src/api/client.ts';
import type { Output } from './command.ts';
import { write } from './output.ts';
import { renderEntity } from './render.ts';
import { JsonPrinter, TablePrinter } from './rows-printer.ts';
import { classifyStatement } from './statement.ts';
import { safeJson, safeLine, safeLines } from './text.ts';

export const OUTPUT_FORMATS = ['tabular', 'json'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

export interface SessionOptions {
  readonly client: MillraceClient;
  readonly output: Output;
  readonly errors: Output;
  readonly format: OutputFormat;
  /** A query ends after this many rows. */
  readonly rowLimit: number | null;
  /** A query ends after this long. */
  readonly timeoutMs: number | null;
}

/**
 * Runs statements one by one against a server and prints what they answer: results to `output`, errors to
 * `errors`. Keeps what SET and DEFINE changed, and sends it along with every statement.
 */
export class Session {
  /** How results are printed; may be changed at any time. */
  format: OutputFormat;
  readonly #client: MillraceClient;
  readonly #output: Output;
  readonly #errors: Output;
  readonly #rowLimit: number;
  readonly #timeoutMs: number | null;
  readonly #properties = new Map<string, string>();
  /** By lower-case name. */
  readonly #variables = new Map<string, string>();

  constructor({ client, output, errors, format, rowLimit, timeoutMs }: SessionOptions) {
    this.#client = client;
    this.#output = output;
    this.#errors = errors;
    this.format = format;
    this.#rowLimit = rowLimit ?? Number.POSITIVE_INFINITY;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Runs one statement and prints its outcome.
   * @param interrupt ends a running query early, which is no failure.
   * @returns whether it succeeded.
   */
  async run(text: string, interrupt?: AbortSignal): Promise<boolean> {
    try {
      await this.#dispatch(text, interrupt);
      return true;
    } catch (error) {
      if (interrupt?.aborted) {
        await this.printError('Interrupted: whether the server did it is unknown.');
      } else if (isExpected(error)) {
        if (error instanceof ApiError) await this.#showEntities(error.entities);
        await this.printError(error.message);
      } else {
        throw error;
      }
      return false;
    }
  }

  /** Prints to the results, as it is. */
  async print(text: string): Promise<void> {
    await write(this.#output, text);
  }

  /** Prints a message, which may hold anything, to the errors. */
  async printError(message: string): Promise<void> {
    await write(this.#errors, `${safeLines(message)}\n`);
  }

  async #dispatch(text: string, interrupt: AbortSignal | undefined): Promise<void> {
    const statement = classifyStatement(text);
    switch (statement.kind) {
      case 'empty':
        return;
      case 'malformed':
        throw new StatementFailure(statement.message);
      case 'set':
        return this.#set(statement.property, statement.value);
      case 'unset':
        return this.#unset(statement.property);
      case 'define':
        this.#variables.set(statement.variable, statement.value);
        return;
      case 'undefine':
        return this.#undefine(statement.variable);
      case 'select':
        return this.#select(text, { endless: statement.endless, interrupt });
      case 'print':
        return this.#printTopic(text, interrupt);
      case 'other': {
        const entities = await this.#client.execute(text, {
          ...this.#settings(),
          ...(interrupt && { signal: interrupt }),
        });
        return this.#printEntities(entities);
      }
    }
  }

  async #set(property: string, value: string): Promise<void> {
    const old = this.#properties.get(property);
    this.#properties.set(property, value);
    const from = old === undefined ? '' : ` (it was '${old}')`;
    await this.#confirm(`'${property}' is now '${value}'${from}.`);
  }

  async #unset(property: string): Promise<void> {
    const old = this.#properties.get(property);
    if (old === undefined) {
      throw new StatementFailure(
        `'${property}' was not set here, so there is nothing to unset. SET '${property}' = '...' sets it.`,
      );
    }
    this.#properties.delete(property);
    await this.#confirm(`'${property}' is back to the server's value (it was '${old}').`);
  }

  #undefine(variable: string): void {
    if (this.#variables.delete(variable)) return;
    throw new StatementFailure(`Cannot undefine variable '${variable}' which was never defined.`);
  }

  /** Tells people what happened; programs that read JSON see it by the exit code. */
  async #confirm(text: string): Promise<void> {
    if (this.format === 'tabular') await this.print(`${safeLine(text)}\n`);
  }

  async #select(
    sql: string,
    { endless, interrupt }: { endless: boolean; interrupt: AbortSignal | undefined },
  ): Promise<void> {
    const printer =
      this.format === 'json'
        ? new JsonPrinter(this.#output)
        : new TablePrinter(this.#output, endless);
    let rowCount = 0;
    try {
      const options = { ...this.#settings(), signal: this.#signal(interrupt) };
      for await (const event of this.#client.query(sql, options)) {
        if (event.kind === 'header') {
          await printer.header(event);
          continue;
        }
        const lines = event.rows.slice(0, this.#rowLimit - rowCount).map((row) => row.json);
        rowCount += lines.length;
        await printer.rows(lines);
        if (rowCount >= this.#rowLimit) break;
      }
    } finally {
      await printer.end();
    }
  }

  async #printTopic(sql: string, interrupt: AbortSignal | undefined): Promise<void> {
    const options = { ...this.#settings(), signal: this.#signal(interrupt) };
    let lineCount = 0;
    for await (const batch of this.#client.print(sql, options)) {
      const lines = batch.slice(0, this.#rowLimit - lineCount);
      lineCount += lines.length;
      await this.print(lines.map((line) => `${safeLine(line)}\n`).join(''));
      if (lineCount >= this.#rowLimit) break;
    }
  }

  async #printEntities(entities: readonly Entity[]): Promise<void> {
    await this.#showEntities(entities);
    const failure = entities.find(isFailure);
    if (failure !== undefined) throw new StatementFailure(failure.commandStatus.message);
  }

  async #showEntities(entities: readonly Entity[]): Promise<void> {
    if (this.format === 'json') {
      if (entities.length > 0) await this.print(`${safeJson(JSON.stringify(entities, null, 2))}\n`);
      return;
    }
    const { columns } = this.#output;
    const options = columns === undefined ? {} : { width: columns };
    // The message of a failed status goes to the errors instead.
    const shown = entities.filter((entity) => !isFailure(entity));
    for (const entity of shown) await this.print(renderEntity(entity, options));
  }

  #settings(): Pick<ClientOptions, 'properties' | 'variables'> {
    const properties = Object.fromEntries(this.#properties);
    if (this.#variables.size === 0) return { properties };
    return { properties, variables: Object.fromEntries(this.#variables) };
  }

  #signal(interrupt: AbortSignal | undefined): AbortSignal {
    const signals = interrupt === undefined ? [] : [interrupt];
    if (this.#timeoutMs !== null) signals.push(AbortSignal.timeout(this.#timeoutMs));
    return AbortSignal.any(signals);
  }
}

/** A statement that failed without an error answer. */
class StatementFailure extends Error {
  override readonly name = 'StatementFailure';
}

/** Whether the error is one of the statement or the server; a SyntaxError is a row that is not JSON. */
function isExpected(error: unknown): error is Error {
  const kinds = [ApiError, ConnectionError, StatementFailure, SyntaxError];
  return kinds.some((kind) => error instanceof kind);
}

type FailedStatus = Extract<Entity, { '@type': 'currentStatus' }>;

function isFailure(entity: Entity): entity is FailedStatus {
  return entity['@type'] === 'currentStatus' && entity.commandStatus.status === 'ERROR';
}
