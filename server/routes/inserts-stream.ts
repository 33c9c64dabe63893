import { DatabaseError } from '../../src/base/errors.ts';
import type { Inserts } from '../../src/engine.ts';
import { JsonReader } from '../../src/formats/json-reader.ts';
import type { JsonNode } from '../../src/formats/json-node.ts';
import { toDatabaseError } from '../errors.ts';
import { InsertAcknowledgements } from '../insert-acknowledgements.ts';
import { parseJsonText } from '../json-text.ts';
import { LineReader } from '../line-reader.ts';
import { MEDIA_DELIMITED, MEDIA_JSON } from '../media-types.ts';
import { openInsertsFor } from '../run-statements.ts';
import type { ServerContext } from '../server-context.ts';
import { parseInsertsRequest } from '../statement-request.ts';
import type { RouteDefinition } from './route.ts';

export const insertsStream: RouteDefinition = {
  method: 'POST',
  path: '/inserts-stream',
  summary:
    'Inserts rows as they come, a JSON object a line, and acknowledges each once it is on disk. HTTP/2 only.',
  offers: [MEDIA_DELIMITED, MEDIA_JSON],
  labelsErrors: false,
  body: 'stream',
  async handle({ exchange, mediaType, context }) {
    if (!exchange.isHttp2) {
      throw new DatabaseError(
        'HTTP2_NEEDED',
        'This endpoint is only available when using HTTP2. Over HTTP/1.1, send INSERT ... VALUES to /ksql.',
      );
    }
    const { limits } = context;
    const lines = new LineReader(exchange.request, limits.messageBytesMax);
    const first = await lines.next();
    if (first === null || first.trim() === '') {
      throw new DatabaseError(
        'BAD_REQUEST',
        'Invalid JSON in request: the body is empty, expected a line that names the target.',
      );
    }
    const { target, hasPositions, options } = parseInsertsRequest(
      parseJsonText(first, limits.jsonDepthMax),
    );
    const inserts = openInsertsFor(exchange, { target, options }, context);
    exchange.begin(200, { 'content-type': mediaType });
    const acknowledgements = new InsertAcknowledgements(exchange, mediaType, { hasPositions });
    await insertAll(inserts, { lines, acknowledgements, context, isGone: () => exchange.gone });
  },
};

/** Rows that are written and not yet acknowledged; the client has to wait beyond. */
const ROWS_UNDER_WAY_MAX = 1000;

async function insertAll(
  inserts: Inserts,
  {
    lines,
    acknowledgements,
    context,
    isGone,
  }: {
    lines: LineReader;
    acknowledgements: InsertAcknowledgements;
    context: ServerContext;
    isGone(): boolean;
  },
): Promise<void> {
  const underWay = new UnderWay();
  const failures = new Map<number, unknown>();
  for (let seq = 0; failures.size === 0 && !isGone(); seq++) {
    try {
      const line = await nextRow(lines);
      if (line === null) break;
      const writing = inserts.insert(rowOf(line)).then(
        (acknowledgement) => acknowledgements.acknowledge(seq, acknowledgement),
        (error: unknown) => failures.set(seq, error),
      );
      underWay.add(writing);
      if (underWay.count >= ROWS_UNDER_WAY_MAX) await underWay.below(ROWS_UNDER_WAY_MAX);
    } catch (error) {
      failures.set(seq, error);
    }
  }
  await underWay.below(1);
  const [first] = [...failures].sort(([a], [b]) => a - b);
  if (first === undefined) return acknowledgements.end();
  const [seq, error] = first;
  await acknowledgements.fail(seq, toDatabaseError(error, context.logger));
}

/** Counts what was begun and has not ended; none of it may fail. */
class UnderWay {
  count = 0;
  #bound = 0;
  #wake: () => void = () => {};

  add(work: Promise<unknown>): void {
    this.count++;
    void work.then(() => {
      if (--this.count < this.#bound) this.#wake();
    });
  }

  /** Resolves when there is less. One may wait at a time. */
  async below(bound: number): Promise<void> {
    this.#bound = bound;
    if (this.count >= bound) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#bound = 0;
  }
}

/** The next line that is not blank. */
async function nextRow(lines: LineReader): Promise<string | null> {
  let line = await lines.next();
  while (line !== null && line.trim() === '') line = await lines.next();
  return line;
}

function rowOf(line: string): JsonNode {
  const bytes = Buffer.from(line);
  try {
    return new JsonReader().readAll(bytes, 0, bytes.length);
  } catch (error) {
    throw new DatabaseError('BAD_REQUEST', 'Invalid JSON in inserts stream.', { cause: error });
  }
}
