// Hot path: the writer's append functions run once per record.
import { assert } from '../base/assert.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { crc32c } from '../base/crc32c.ts';
import { CorruptionError } from '../base/errors.ts';
import { encodeVarlong, varintSize, writeVarint, zigzag, ZIGZAG_EXACT_MAX } from './varint.ts';

/*
 * A record batch, version 2 ("magic 2"), byte for byte as Kafka has it. Integers are big-endian.
 *
 * | position | bytes | field                                                                         |
 * |----------|-------|-------------------------------------------------------------------------------|
 * | 0        | 8     | base offset: the first record's                                               |
 * | 8        | 4     | length in bytes of everything after this field                                |
 * | 12       | 4     | partition leader epoch                                                        |
 * | 16       | 1     | magic: 2                                                                      |
 * | 17       | 4     | CRC-32C of everything after this field                                        |
 * | 21       | 2     | attributes: bits 0-2 compression, 3 log append time, 4 transactional, 5 control |
 * | 23       | 4     | last offset delta: last offset - base offset                                  |
 * | 27       | 8     | base timestamp, ms since the epoch                                            |
 * | 35       | 8     | largest timestamp                                                             |
 * | 43       | 8     | producer id, -1 if none                                                       |
 * | 51       | 2     | producer epoch, -1 if none                                                    |
 * | 53       | 4     | base sequence: the producer's number of the first record, -1 if none          |
 * | 57       | 4     | record count                                                                  |
 * | 61       |       | records                                                                       |
 *
 * A record; "varint" is zigzagged and of variable length:
 *
 * | field                         | form                                              |
 * |-------------------------------|---------------------------------------------------|
 * | length of what follows        | varint                                            |
 * | attributes: 0                 | 1 byte                                            |
 * | timestamp - base timestamp    | varint (64 bits)                                  |
 * | offset - base offset          | varint                                            |
 * | key                           | varint length (-1: null), bytes                   |
 * | value                         | varint length (-1: null), bytes                   |
 * | headers                       | varint count, then for each: varint length of the |
 * |                               | name, name, varint length of the value (-1: null), value |
 */
const LENGTH_AT = 8;
const LEADER_EPOCH_AT = 12;
const MAGIC_AT = 16;
const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
const LAST_OFFSET_DELTA_AT = 23;
const BASE_TIMESTAMP_AT = 27;
const MAX_TIMESTAMP_AT = 35;
const PRODUCER_ID_AT = 43;
const PRODUCER_EPOCH_AT = 51;
const BASE_SEQUENCE_AT = 53;
const COUNT_AT = 57;

/** Bytes of the fixed part; no batch is shorter. */
export const BATCH_HEADER_BYTES = 61;

/** Bytes up to and including the length field: what a reader needs to know how much to read. */
export const BATCH_PREFIX_BYTES = 12;

const MAGIC = 2;
const COMPRESSION_MASK = 0x07;
const LOG_APPEND_TIME = 0x08;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
const COMPRESSION_NAMES = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

/** Sequences count to 2^31 - 1 and start again at 0. */
const SEQUENCE_COUNT = 2 ** 31;

const TWO_TO_32 = 2 ** 32;

/** Fields of a record whose encoded size does not depend on the record: attributes and an empty header list. */
const RECORD_FIXED_BYTES = 2;

/** Most bytes the variable-length fields and the fixed ones of a record take without headers. */
const RECORD_OVERHEAD_BYTES_MAX = 5 + RECORD_FIXED_BYTES + 10 + 5 + 5 + 5;

/** Up to this many bytes a loop beats the call into the runtime. */
const SHORT_COPY = 48;

const NULL_LENGTH = zigzag(-1);
const EMPTY = Buffer.alloc(0);

export interface RecordHeader {
  readonly key: string;
  readonly value: Uint8Array | null;
}

export interface BatchOptions {
  /** Names the producer; with it come epoch and sequence. Default: none. */
  readonly producerId?: number;
  readonly producerEpoch?: number;
  /** The producer's number of the first record of this batch. */
  readonly baseSequence?: number;
  /** Opens or continues the producer's transaction. */
  readonly transactional?: boolean;
}

/**
 * Builds record batches; one writer builds any number, one after the other, and keeps its memory. Bounding a batch
 * (about 1 MiB) is the caller's: watch `sizeBytes`.
 */
export class RecordBatchWriter {
  readonly #writer = new ByteWriter(4096);
  #options: BatchOptions = {};
  #count = 0;
  #baseTimestamp = 0;
  #maxTimestamp = 0;

  /** Starts a batch; one that was begun and not finished is forgotten. */
  begin(options: BatchOptions = {}): void {
    assert(
      options.transactional !== true || options.producerId !== undefined,
      'a transactional batch has a producer id',
    );
    this.#options = options;
    this.#count = 0;
    this.#writer.reset();
    this.#writer.reserve(BATCH_HEADER_BYTES);
    this.#writer.length = BATCH_HEADER_BYTES;
  }

  /** Records so far. */
  get count(): number {
    return this.#count;
  }

  /** Bytes of the batch if it were finished now. */
  get sizeBytes(): number {
    return this.#writer.length;
  }

  /**
   * Adds a record, the comfortable way.
   * @param timestamp ms since the epoch, a safe integer.
   */
  append(
    timestamp: number,
    key: Uint8Array | null,
    value: Uint8Array | null,
    headers?: readonly RecordHeader[],
  ): void {
    const tail = headers === undefined || headers.length === 0 ? EMPTY : encodeHeaders(headers);
    const keyEnd = key === null ? -1 : key.length;
    const valueEnd = value === null ? -1 : value.length;
    this.#append(timestamp, key ?? EMPTY, 0, keyEnd, value ?? EMPTY, 0, valueEnd, tail);
  }

  /**
   * Adds a record whose key and value lie in larger buffers, which are copied from and not kept. An end of -1 stands
   * for null.
   * @param timestamp ms since the epoch, a safe integer.
   * @param headers as they stand in a record, their count first; null for none.
   */
  appendEncoded(
    timestamp: number,
    key: Uint8Array,
    keyStart: number,
    keyEnd: number,
    value: Uint8Array,
    valueStart: number,
    valueEnd: number,
    headers: Uint8Array | null = null,
  ): void {
    this.#append(timestamp, key, keyStart, keyEnd, value, valueStart, valueEnd, headers ?? EMPTY);
  }

  #append(
    timestamp: number,
    key: Uint8Array,
    keyStart: number,
    keyEnd: number,
    value: Uint8Array,
    valueStart: number,
    valueEnd: number,
    headers: Uint8Array,
  ): void {
    assert(Number.isSafeInteger(timestamp), 'a timestamp is a safe integer');
    if (this.#count === 0) {
      this.#baseTimestamp = timestamp;
      this.#maxTimestamp = timestamp;
    } else if (timestamp > this.#maxTimestamp) {
      this.#maxTimestamp = timestamp;
    }
    const timestampDelta = timestamp - this.#baseTimestamp;
    const isNear = timestampDelta <= ZIGZAG_EXACT_MAX && timestampDelta >= -ZIGZAG_EXACT_MAX;
    const farDelta = isNear ? EMPTY : this.#encodeFarDelta(timestamp);
    const timeCode = isNear ? zigzag(timestampDelta) : 0;
    const offsetCode = this.#count * 2;
    const keyLength = keyEnd < 0 ? 0 : keyEnd - keyStart;
    const valueLength = valueEnd < 0 ? 0 : valueEnd - valueStart;
    const keyCode = keyEnd < 0 ? NULL_LENGTH : keyLength * 2;
    const valueCode = valueEnd < 0 ? NULL_LENGTH : valueLength * 2;
    const length =
      (headers.length === 0 ? RECORD_FIXED_BYTES : RECORD_FIXED_BYTES - 1 + headers.length) +
      (isNear ? varintSize(timeCode) : farDelta.length) +
      varintSize(offsetCode) +
      varintSize(keyCode) +
      keyLength +
      varintSize(valueCode) +
      valueLength;

    const writer = this.#writer;
    writer.reserve(RECORD_OVERHEAD_BYTES_MAX + length);
    const buffer = writer.buffer;
    let at = writeVarint(buffer, writer.length, length * 2);
    const bodyStart = at;
    buffer[at++] = 0;
    at = isNear
      ? writeVarint(buffer, at, timeCode)
      : copyBytes(farDelta, 0, farDelta.length, buffer, at);
    at = writeVarint(buffer, at, offsetCode);
    at = writeVarint(buffer, at, keyCode);
    if (keyLength > 0) at = copyBytes(key, keyStart, keyEnd, buffer, at);
    at = writeVarint(buffer, at, valueCode);
    if (valueLength > 0) at = copyBytes(value, valueStart, valueEnd, buffer, at);
    if (headers.length === 0) buffer[at++] = 0;
    else at = copyBytes(headers, 0, headers.length, buffer, at);
    assert(at - bodyStart === length, 'a record is as long as its length field says');
    writer.length = at;
    this.#count++;
  }

  /** Differences beyond 2^52 ms (140,000 years) do not fit a number twice over. */
  #encodeFarDelta(timestamp: number): Uint8Array {
    return encodeVarlong(BigInt(timestamp) - BigInt(this.#baseTimestamp));
  }

  /** The finished batch, with base offset 0, as bytes of its own. At least one record was appended. */
  finish(): Buffer {
    assert(this.#count > 0, 'a batch has a record');
    const batch = this.#writer.copy();
    writeHeader(batch, {
      options: this.#options,
      attributes: this.#options.transactional === true ? TRANSACTIONAL : 0,
      count: this.#count,
      baseTimestamp: this.#baseTimestamp,
      maxTimestamp: this.#maxTimestamp,
    });
    return batch;
  }
}

export interface ControlBatchOptions {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly type: 'commit' | 'abort';
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
}

/** The marker that ends a producer's transaction on a partition: a control batch of one record. */
export function writeControlBatch(options: ControlBatchOptions): Buffer {
  const writer = new RecordBatchWriter();
  writer.begin(options);
  // Key: version 0, type (0 abort, 1 commit). Value: version 0, coordinator epoch 0.
  const key = Buffer.from([0, 0, 0, options.type === 'commit' ? 1 : 0]);
  writer.append(options.timestamp, key, Buffer.alloc(6));
  const batch = writer.finish();
  batch.writeInt16BE(TRANSACTIONAL | CONTROL, ATTRIBUTES_AT);
  batch.writeUInt32BE(crc32c(batch, ATTRIBUTES_AT), CRC_AT);
  return batch;
}

interface HeaderFields {
  readonly options: BatchOptions;
  readonly attributes: number;
  readonly count: number;
  readonly baseTimestamp: number;
  readonly maxTimestamp: number;
}

function writeHeader(batch: Buffer, fields: HeaderFields): void {
  const { producerId = -1, producerEpoch = -1, baseSequence = -1 } = fields.options;
  setBaseOffset(batch, 0);
  batch.writeInt32BE(batch.length - BATCH_PREFIX_BYTES, LENGTH_AT);
  batch[MAGIC_AT] = MAGIC;
  batch.writeInt16BE(fields.attributes, ATTRIBUTES_AT);
  batch.writeInt32BE(fields.count - 1, LAST_OFFSET_DELTA_AT);
  writeInt64(batch, fields.baseTimestamp, BASE_TIMESTAMP_AT);
  writeInt64(batch, fields.maxTimestamp, MAX_TIMESTAMP_AT);
  writeInt64(batch, producerId, PRODUCER_ID_AT);
  batch.writeInt16BE(producerEpoch, PRODUCER_EPOCH_AT);
  batch.writeInt32BE(baseSequence, BASE_SEQUENCE_AT);
  batch.writeInt32BE(fields.count, COUNT_AT);
  batch.writeUInt32BE(crc32c(batch, ATTRIBUTES_AT), CRC_AT);
}

function encodeHeaders(headers: readonly RecordHeader[]): Buffer {
  const writer = new ByteWriter();
  writer.writeVarint(headers.length);
  for (const { key, value } of headers) {
    const name = Buffer.from(key);
    writer.writeVarint(name.length);
    writer.writeBytes(name);
    writer.writeVarint(value === null ? -1 : value.length);
    if (value !== null) writer.writeBytes(value);
  }
  return writer.copy();
}

function copyBytes(from: Uint8Array, start: number, end: number, to: Buffer, at: number): number {
  const length = end - start;
  if (length <= SHORT_COPY) {
    for (let i = 0; i < length; i++) to[at + i] = from[start + i]!;
  } else if (Buffer.isBuffer(from)) {
    // Not `to.set(from.subarray(...))`: a view costs more than the copy.
    from.copy(to, at, start, end);
  } else {
    to.set(from.subarray(start, end), at);
  }
  return at + length;
}

// Reading. Offsets, producer ids and timestamps beyond 2^53 lose digits; `validateBatch` refuses such offsets.

/** Offset of the first record. */
export function baseOffset(batch: Buffer): number {
  return readInt64(batch, 0);
}

/** Offset of the last record. */
export function lastOffset(batch: Buffer): number {
  return readInt64(batch, 0) + batch.readInt32BE(LAST_OFFSET_DELTA_AT);
}

/** The last record's offset minus the first one's. */
export function lastOffsetDelta(batch: Buffer): number {
  return batch.readInt32BE(LAST_OFFSET_DELTA_AT);
}

/** Bytes of the whole batch that begins at `at`, by its length field; not checked. Needs BATCH_PREFIX_BYTES there. */
export function batchSizeAt(buffer: Buffer, at: number): number {
  return buffer.readInt32BE(at + LENGTH_AT) + BATCH_PREFIX_BYTES;
}

/** How many records the batch has. */
export function recordCount(batch: Buffer): number {
  return batch.readInt32BE(COUNT_AT);
}

/** -1 if the batch was not written by a producer with an id. */
export function producerId(batch: Buffer): number {
  return readInt64(batch, PRODUCER_ID_AT);
}

/** -1 if the batch was not written by a producer with an id. */
export function producerEpoch(batch: Buffer): number {
  return batch.readInt16BE(PRODUCER_EPOCH_AT);
}

/** The producer's number of the first record; -1 if it has none. */
export function baseSequence(batch: Buffer): number {
  return batch.readInt32BE(BASE_SEQUENCE_AT);
}

/** Sequence of the last record; -1 if the batch has none. */
export function lastSequence(batch: Buffer): number {
  const first = baseSequence(batch);
  return first < 0 ? -1 : (first + batch.readInt32BE(LAST_OFFSET_DELTA_AT)) % SEQUENCE_COUNT;
}

/** Milliseconds since the epoch; what the timestamps of records are relative to. */
export function baseTimestamp(batch: Buffer): number {
  return readInt64(batch, BASE_TIMESTAMP_AT);
}

/** Largest timestamp of the batch, milliseconds since the epoch. */
export function maxTimestamp(batch: Buffer): number {
  return readInt64(batch, MAX_TIMESTAMP_AT);
}

/** Whether it belongs to its producer's transaction: data or marker. */
export function isTransactional(batch: Buffer): boolean {
  return (batch[ATTRIBUTES_AT + 1]! & TRANSACTIONAL) !== 0;
}

/** Whether it holds a transaction marker instead of data. */
export function isControl(batch: Buffer): boolean {
  return (batch[ATTRIBUTES_AT + 1]! & CONTROL) !== 0;
}

/** Whether all records carry the time of the append, `maxTimestamp`, instead of their own. */
export function isLogAppendTime(batch: Buffer): boolean {
  return (batch[ATTRIBUTES_AT + 1]! & LOG_APPEND_TIME) !== 0;
}

/** Name of the compression of the records: none, gzip, snappy, lz4, zstd. */
export function compressionOf(batch: Buffer): string {
  const code = batch[ATTRIBUTES_AT + 1]! & COMPRESSION_MASK;
  return COMPRESSION_NAMES[code] ?? `unknown (${code})`;
}

/**
 * What a control batch does to its producer's transaction.
 * @throws CorruptionError when it is neither a commit nor an abort.
 */
export function markerType(batch: Buffer): 'commit' | 'abort' {
  assert(isControl(batch), 'only a control batch has a marker');
  // All lengths of a marker are one byte: length, attributes, time, offset, key length; then version and type.
  const type =
    batch.length >= BATCH_HEADER_BYTES + 9 ? batch.readInt16BE(BATCH_HEADER_BYTES + 7) : -1;
  if (type === 1) return 'commit';
  if (type === 0) return 'abort';
  throw new CorruptionError(`${describeBatch(batch)}: a marker of type ${type}, not 0 or 1.`);
}

/** Moves the batch to other offsets. They are outside of the CRC, and so is the leader epoch, which becomes 0. */
export function setBaseOffset(batch: Buffer, offset: number): void {
  writeInt64(batch, offset, 0);
  batch.writeInt32BE(0, LEADER_EPOCH_AT);
}

/**
 * A copy of the batch with other records, or the same ones encoded otherwise: all else stays but length and checksum.
 * @param changes.compression code of how `records` are compressed. @param changes.count records there are; default: as
 *   many as before.
 */
export function replaceRecords(
  batch: Buffer,
  changes: { readonly records: Buffer; readonly compression: number; readonly count?: number },
): Buffer {
  const { records, compression, count } = changes;
  const copy = Buffer.allocUnsafe(BATCH_HEADER_BYTES + records.length);
  batch.copy(copy, 0, 0, BATCH_HEADER_BYTES);
  records.copy(copy, BATCH_HEADER_BYTES);
  copy.writeInt32BE(copy.length - BATCH_PREFIX_BYTES, LENGTH_AT);
  copy[ATTRIBUTES_AT + 1] = (copy[ATTRIBUTES_AT + 1]! & ~COMPRESSION_MASK) | compression;
  if (count !== undefined) copy.writeInt32BE(count, COUNT_AT);
  copy.writeUInt32BE(crc32c(copy, ATTRIBUTES_AT), CRC_AT);
  return copy;
}

/** Gives all records the time of the append, in place. */
export function setLogAppendTime(batch: Buffer, timestamp: number): void {
  batch[ATTRIBUTES_AT + 1] = batch[ATTRIBUTES_AT + 1]! | LOG_APPEND_TIME;
  writeInt64(batch, timestamp, MAX_TIMESTAMP_AT);
  batch.writeUInt32BE(crc32c(batch, ATTRIBUTES_AT), CRC_AT);
}

/**
 * Checks a buffer that should be exactly one batch: length, magic, CRC and that the counts of the header agree with
 * each other. Records are checked by the cursor.
 * @throws CorruptionError naming the field, what it holds and what was expected.
 */
export function validateBatch(batch: Buffer): void {
  if (batch.length < BATCH_HEADER_BYTES) {
    throw new CorruptionError(
      `Record batch of ${batch.length} bytes: its header alone takes ${BATCH_HEADER_BYTES}.`,
    );
  }
  const fail = (what: string): never => {
    throw new CorruptionError(`${describeBatch(batch)}: ${what}.`);
  };
  const size = batchSizeAt(batch, 0);
  if (size !== batch.length) fail(`its length says ${size} bytes, there are ${batch.length}`);
  if (batch[MAGIC_AT] !== MAGIC) fail(`magic is ${batch[MAGIC_AT]}, expected ${MAGIC}`);
  const expected = batch.readUInt32BE(CRC_AT);
  const found = crc32c(batch, ATTRIBUTES_AT);
  if (found !== expected) {
    fail(`CRC of its bytes is ${found.toString(16)}, its header says ${expected.toString(16)}`);
  }
  const first = baseOffset(batch);
  const delta = lastOffsetDelta(batch);
  if (first < 0 || !Number.isSafeInteger(first + delta)) fail('its offset is out of range');
  const count = recordCount(batch);
  if (count < 1 || count > delta + 1) fail(`${count} records for ${delta + 1} offsets`);
}

/** How error messages call a batch. */
export function describeBatch(batch: Buffer): string {
  return `Record batch at offset ${baseOffset(batch)}`;
}

function readInt64(buffer: Buffer, at: number): number {
  return buffer.readInt32BE(at) * TWO_TO_32 + buffer.readUInt32BE(at + 4);
}

function writeInt64(buffer: Buffer, value: number, at: number): void {
  const high = Math.floor(value / TWO_TO_32);
  buffer.writeInt32BE(high, at);
  buffer.writeUInt32BE(value - high * TWO_TO_32, at + 4);
}
