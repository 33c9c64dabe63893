import type { PullAnswer, QueryResult } from '../src/engine.ts';
import { streamErrorBody, toDatabaseError } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { GatheredText } from './gathered-text.ts';
import type { MediaType } from './media-types.ts';
import { IdleLines, withFormatLines } from './print-lines.ts';
import { pumpResult, rowFormatOf } from './result-pump.ts';
import type { ResultShape, ShownResult } from './result-shapes.ts';
import { pullFor, queryFor } from './run-statements.ts';
import type { ServerContext } from './server-context.ts';
import { LastWords, slowConsumerBody, warnSlowConsumer } from './slow-consumer.ts';
import type { StatementRequest } from './statement-request.ts';

/** How one endpoint shows the results of queries. */
export interface AnswerOptions {
  /** For SELECT. */
  readonly shape: ResultShape;
  readonly print: PrintAnswer;
}

/** How one endpoint shows the lines of a PRINT. */
export interface PrintAnswer {
  /** The type the lines are labelled with; undefined: none. */
  readonly contentType: MediaType | undefined;
  /** Whether lines say what keys and values may be, and empty lines that nothing came. */
  readonly isTalkative: boolean;
  /** Throws when the client cannot take what a PRINT answers. */
  check(): void;
}

/**
 * Runs one SELECT or PRINT and streams its result until it ends, fails or the client goes away; the
 * query never outlives the response.
 * @throws DatabaseError what the query is refused for, before anything was sent. An error later on
 *   is told inside the response, whose status is then 200.
 */
export async function answerQuery(
  exchange: Exchange,
  request: StatementRequest,
  options: AnswerOptions & { readonly context: ServerContext },
): Promise<void> {
  const { context } = options;
  const answer = pullFor(exchange, request, context);
  if (answer !== null) {
    sendAnswer(exchange, answer instanceof Promise ? await answer : answer, options.shape);
    return;
  }
  const result = await queryFor(exchange, request, context);
  try {
    context.queries.add(result);
    exchange.onGone(() => void context.queries.remove(result));
    if (result.kind === 'print') {
      options.print.check();
      exchange.begin(200, { 'content-type': options.print.contentType });
      await sendLines(exchange, result, { print: options.print, context });
    } else if (result.kind === 'pull' && !result.closable) {
      await sendAtOnce(exchange, result, { shape: options.shape, context });
    } else {
      exchange.begin(200, { 'content-type': options.shape.contentType });
      await sendRows(exchange, result, { shape: options.shape, context });
    }
    if (exchange.stalled) warnSlowConsumer(result, context);
  } finally {
    await context.queries.remove(result);
  }
}

/** Sends the whole answer of a pull query at once. */
function sendAnswer(
  exchange: Exchange,
  { queryId, columns, rows }: PullAnswer,
  shape: ResultShape,
): void {
  const result: ShownResult = { kind: 'pull', queryId, columns, finalMessage: null };
  const formatRow = shape.compileRow?.(columns) ?? rowFormatOf(columns);
  let text = shape.header(result);
  for (const row of rows) text += shape.row(result, formatRow(row), false) ?? '';
  exchange.send(200, { 'content-type': shape.contentType }, text + shape.end(result));
}

/**
 * Answers a pull query on a table, which ends by itself: in one piece when it fits, else piece by piece. What fails
 * before anything is sent is thrown.
 */
async function sendAtOnce(
  exchange: Exchange,
  result: QueryResult,
  { shape, context }: { readonly shape: ResultShape; readonly context: ServerContext },
): Promise<void> {
  const headers = { 'content-type': shape.contentType };
  const gathered = new GatheredText(exchange, headers);
  exchange.onStall(() => [shape.error(result, slowConsumerBody(null))]);
  gathered.write(shape.header(result));
  try {
    const here = await pumpResult(result, gathered, {
      row: (columns, tombstone) => shape.row(result, columns, tombstone),
      compileRow: shape.compileRow,
      line: (line) => line,
      chunkLength: context.limits.pullChunkBytes,
    });
    if (here) gathered.end(shape.end(result));
  } catch (error) {
    if (!exchange.headersSent) throw error;
    const body = streamErrorBody(toDatabaseError(error, context.logger));
    exchange.end(shape.error(result, body));
  }
}

async function sendRows(
  exchange: Exchange,
  result: QueryResult,
  { shape, context }: { readonly shape: ResultShape; readonly context: ServerContext },
): Promise<void> {
  const lastWords = result.kind === 'push' ? new LastWords(result) : undefined;
  const ending = (token: string | null): string => shape.error(result, slowConsumerBody(token));
  exchange.onStall(() => lastWords?.say(ending) ?? [ending(null)]);
  const flowing = exchange.write(shape.header(result));
  if (flowing !== true && !(await flowing)) return;
  try {
    const here = await pumpResult(result, exchange, {
      row: (columns, tombstone) => shape.row(result, columns, tombstone),
      compileRow: shape.compileRow,
      line: (line) => line,
      chunkLength: result.kind === 'pull' ? context.limits.pullChunkBytes : 0,
      sharedAs: shape.contentType,
      lastWords,
    });
    if (here) exchange.end(shape.end(result));
  } catch (error) {
    const body = streamErrorBody(toDatabaseError(error, context.logger));
    exchange.end(shape.error(result, body));
  }
}

async function sendLines(
  exchange: Exchange,
  result: QueryResult,
  { print, context }: { readonly print: PrintAnswer; readonly context: ServerContext },
): Promise<void> {
  const idleLines = print.isTalkative ? new IdleLines(exchange) : null;
  const lines = print.isTalkative ? withFormatLines(result) : result;
  exchange.onStall(() => [`${JSON.stringify(slowConsumerBody(null))}\n`]);
  try {
    const here = await pumpResult(lines, idleLines ?? exchange, {
      row: (columns) => `${columns}\n`,
      line: (line) => `${line}\n`,
      chunkLength: 0,
    });
    if (here) exchange.end('');
  } catch (error) {
    const body = streamErrorBody(toDatabaseError(error, context.logger));
    exchange.end(`${JSON.stringify(body)}\n`);
  } finally {
    idleLines?.stop();
  }
}
