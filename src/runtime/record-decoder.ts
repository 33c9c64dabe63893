// Hot path: once per record.
import type { Source } from '../catalog/source.ts';
import { DeserializationError } from '../formats/format.ts';
import type { Decoder } from '../formats/format.ts';
import { findFormat } from '../formats/index.ts';
import type { SchemaLookup } from '../formats/registered-schema.ts';
import { lastOffset } from '../log/record-batch.ts';
import { RecordCursor } from '../log/record-cursor.ts';
import { Change, NULL_KEY } from '../operators/change.ts';
import { EvaluationError } from '../sql/evaluation-error.ts';
import { columnsOf, isPayload, type WindowInfo } from '../sql/schema.ts';
import type { Row, Value } from '../sql/types.ts';
import { eventTimeOf, type EventTime } from './event-time.ts';
import { HeaderColumns } from './header-columns.ts';
import { innerKeyEnd, windowEndAt, windowStartAt } from './windowed-key.ts';

/** A record that could not be turned into a row. */
export interface DecodeProblem {
  /** Bytes that do not fit, no usable time, or a time too far beyond the clock. */
  readonly kind: 'bytes' | 'time' | 'future';
  readonly offset: number;
  readonly message: string;
  /** The part of the record that could not be read. */
  readonly target: 'key' | 'value';
  /** Its bytes, at most 1 KiB of them; null when it has none. */
  readonly payload: Buffer | null;
}

/**
 * Turns the records of one source into changes: key and value bytes into a row of key columns, then value columns.
 * A null value gives a change whose `after` is null. Event time is the record's timestamp, or the source's TIMESTAMP
 * column.
 */
export class RecordDecoder {
  readonly #decodeKey: Decoder;
  readonly #decodeValue: Decoder;
  /** Null when all value columns are in the payload. */
  readonly #headers: HeaderColumns | null;
  readonly #keyCount: number;
  readonly #template: Row;
  /** The windows of the key; null for a plain key. */
  readonly #window: WindowInfo | null;
  /** Null when the record's own timestamp counts. */
  readonly #eventTime: EventTime | null;
  readonly #cursor = new RecordCursor();
  /** What is being read. */
  #target: DecodeProblem['target'] = 'value';
  /** Where the cursor stopped within its batch; -1 when it did not stop in the middle. */
  #resumeOffset = -1;

  /**
   * @param needed by column index (keys first): columns that are not needed may be left null.
   * @param schemas where schemas of payloads are found; without it none is known.
   */
  constructor(source: Source, needed: readonly boolean[], schemas?: SchemaLookup) {
    const { keys, values } = source.schema;
    this.#keyCount = keys.length;
    this.#template = columnsOf(source.schema).map(() => null);
    this.#decodeKey = findFormat(source.keyFormat.name).createDecoder({
      columns: keys,
      spec: source.keyFormat,
      needed: needed.slice(0, keys.length),
      schemas,
    });
    const neededValues = needed.slice(keys.length);
    this.#decodeValue = findFormat(source.valueFormat.name).createDecoder({
      columns: values.filter(isPayload),
      spec: source.valueFormat,
      needed: neededValues.filter((_, index) => values[index]?.header === undefined),
      schemas,
    });
    this.#headers = values.every(isPayload) ? null : new HeaderColumns(values, this.#decodeValue);
    this.#window = source.schema.window;
    this.#eventTime = eventTimeOf(source);
  }

  /**
   * Appends the changes of a batch's records with `fromOffset <= offset < toOffset`, until `out` holds `countMax` or as
   * many records were left out.
   * Going on where the last call stopped costs no second walk over the batch.
   *
   * @param options.timeMax the latest time a record may have; absent: any.
   * @param problem called for each record that is left out.
   * @returns where to go on: an offset in the batch, or one past its last record.
   * @throws SchemaNeeded when a schema has to be fetched first; then nothing of this call counts.
   */
  decode(
    batch: Buffer,
    options: {
      fromOffset: number;
      toOffset: number;
      partition: number;
      countMax: number;
      timeMax?: number;
    },
    out: Change[],
    problem: (problem: DecodeProblem) => void,
  ): number {
    const { fromOffset, toOffset, partition, countMax, timeMax = Infinity } = options;
    const cursor = this.#cursor;
    const resumes = cursor.buffer === batch && this.#resumeOffset === fromOffset;
    if (!resumes) cursor.reset(batch);
    this.#resumeOffset = -1;
    let left = 0;
    while (out.length < countMax && left < countMax) {
      if (!cursor.next()) return lastOffset(batch) + 1;
      if (cursor.offset < fromOffset) continue;
      if (cursor.offset >= toOffset) return toOffset;
      try {
        const change = this.#change(batch, cursor, partition);
        if (change !== null && change.time <= timeMax) {
          out.push(change);
          continue;
        }
        problem(
          change === null
            ? problemAt(batch, cursor, 'time', 'value', 'the timestamp is null or negative')
            : problemAt(batch, cursor, 'future', 'value', futureMessage(change.time, timeMax)),
        );
      } catch (error) {
        // An EvaluationError is a text in the TIMESTAMP column that is no time.
        const isBadData = error instanceof DeserializationError || error instanceof EvaluationError;
        if (!isBadData) throw error;
        const kind = error instanceof EvaluationError ? 'time' : 'bytes';
        problem(problemAt(batch, cursor, kind, this.#target, error.message));
      }
      left++;
    }
    this.#resumeOffset = cursor.offset + 1;
    return this.#resumeOffset;
  }

  #change(batch: Buffer, cursor: RecordCursor, partition: number): Change | null {
    const row = this.#template.slice();
    const keyCount = this.#keyCount;
    let key = NULL_KEY;
    let windowStart = 0;
    let windowEnd = 0;
    if (keyCount > 0 && cursor.keyStart >= 0) {
      this.#target = 'key';
      let { keyEnd } = cursor;
      const window = this.#window;
      if (window !== null) {
        keyEnd = innerKeyEnd(window, cursor);
        windowStart = windowStartAt(batch, keyEnd, window);
        windowEnd = windowEndAt(batch, keyEnd, window);
      }
      if (this.#decodeKey(batch, cursor.keyStart, keyEnd, row, 0)) {
        key = keyCount === 1 ? [row[0] as Value] : row.slice(0, keyCount);
      }
    }
    this.#target = 'value';
    const present = cursor.valueStart >= 0 && this.#readValue(batch, cursor, row);
    const time = this.#timeOf(row, cursor.timestamp, present);
    if (time < 0) return null;
    const after = present ? row : null;
    const { offset } = cursor;
    const headers = cursor.headerBytes();
    return new Change(key, null, after, time, partition, offset, windowStart, windowEnd, headers);
  }

  #readValue(batch: Buffer, cursor: RecordCursor, row: Row): boolean {
    const headers = this.#headers;
    if (headers !== null) return headers.decode(cursor, row, this.#keyCount);
    return this.#decodeValue(batch, cursor.valueStart, cursor.valueEnd, row, this.#keyCount);
  }

  /** -1 for a record that has none. */
  #timeOf(row: Row, timestamp: number, present: boolean): number {
    const eventTime = this.#eventTime;
    if (eventTime === null) return timestamp;
    const { index } = eventTime;
    if (!present && index >= this.#keyCount) return -1;
    return eventTime.read(row[index] as Value);
  }
}

function futureMessage(time: number, timeMax: number): string {
  return `the time ${time} is ${time - timeMax} ms beyond what the server's clock and millrace.max.future.ms allow`;
}

const PAYLOAD_BYTES_MAX = 1024;

function problemAt(
  batch: Buffer,
  cursor: RecordCursor,
  kind: DecodeProblem['kind'],
  target: DecodeProblem['target'],
  message: string,
): DecodeProblem {
  const start = target === 'key' ? cursor.keyStart : cursor.valueStart;
  const end = Math.min(
    target === 'key' ? cursor.keyEnd : cursor.valueEnd,
    start + PAYLOAD_BYTES_MAX,
  );
  const payload = start < 0 ? null : Buffer.from(batch.subarray(start, end));
  return { kind, offset: cursor.offset, message, target, payload };
}
