import { DatabaseError } from '../src/base/errors.ts';
import type {
  ConsumeRequest,
  NewTopic,
  PartitionOffset,
  Position,
  ProducedRecord,
} from '../src/api/topics.ts';

const PARTITIONS_MAX = 256;
const COUNT_MAX = 10_000;
const WAIT_MS_MAX = 30_000;
const RECORDS_MAX = 100_000;

type Members = Readonly<Record<string, unknown>>;

/** Reads `{name, partitions?, settings?}`. @throws DatabaseError BAD_REQUEST naming the member. */
export function parseNewTopic(body: unknown): NewTopic {
  const members = objectOf(body, 'the body');
  const settings = objectOf(members['settings'] ?? {}, 'settings');
  return {
    name: textOf(members['name'], 'name'),
    partitions: integerOf(members['partitions'] ?? 1, 'partitions', {
      min: 1,
      max: PARTITIONS_MAX,
    }),
    settings: Object.fromEntries(
      Object.entries(settings).map(([name, value]) => [name, String(value)]),
    ),
  };
}

/** Reads `{topic}`. @throws DatabaseError BAD_REQUEST. */
export function parseTopicName(body: unknown): string {
  return textOf(objectOf(body, 'the body')['topic'], 'topic');
}

/** Reads `{directory}`. @throws DatabaseError BAD_REQUEST. */
export function parseDirectory(body: unknown): string {
  return textOf(objectOf(body, 'the body')['directory'], 'directory');
}

/** Reads `{group}`. @throws DatabaseError BAD_REQUEST. */
export function parseGroupName(body: unknown): string {
  return textOf(objectOf(body, 'the body')['group'], 'group');
}

/** Reads `{topic, records: [{key?, value?, ...}]}`. @throws DatabaseError BAD_REQUEST naming the member. */
export function parseProduce(body: unknown): { topic: string; records: ProducedRecord[] } {
  const members = objectOf(body, 'the body');
  const list = listOf(members['records'], 'records');
  if (list.length > RECORDS_MAX) throw wrong('records', `at most ${RECORDS_MAX} of them`);
  return {
    topic: textOf(members['topic'], 'topic'),
    records: list.map((entry, i) => recordOf(entry, `records[${i}]`)),
  };
}

function recordOf(entry: unknown, path: string): ProducedRecord {
  const members = objectOf(entry, path);
  const { partition, timestamp, headers } = members;
  const max = Number.MAX_SAFE_INTEGER;
  return {
    ...textMember(members, 'key', path),
    ...textMember(members, 'value', path),
    ...(partition === undefined
      ? {}
      : { partition: integerOf(partition, `${path}.partition`, { min: 0, max: PARTITIONS_MAX }) }),
    ...(timestamp === undefined
      ? {}
      : { timestamp: integerOf(timestamp, `${path}.timestamp`, { min: 0, max }) }),
    ...(headers === undefined
      ? {}
      : {
          headers: Object.fromEntries(
            Object.entries(objectOf(headers, `${path}.headers`)).map(([name, value]) => [
              name,
              textOf(value, `${path}.headers.${name}`),
            ]),
          ),
        }),
  };
}

function textMember(members: Members, name: 'key' | 'value', path: string): ProducedRecord {
  const base64 = members[`${name}Base64`];
  if (base64 !== undefined) {
    const text = textOf(base64, `${path}.${name}Base64`);
    if (Buffer.from(text, 'base64').toString('base64') !== text) {
      throw wrong(`${path}.${name}Base64`, 'base64 with padding');
    }
    return { [`${name}Base64`]: text };
  }
  const value = members[name];
  return value === undefined || value === null ? {} : { [name]: textOf(value, `${path}.${name}`) };
}

/** Reads `{topic, partition?, offset, count?, waitMs?}`. @throws DatabaseError BAD_REQUEST naming the member. */
export function parseConsume(body: unknown): ConsumeRequest {
  const members = objectOf(body, 'the body');
  const { topic, partition, offset } = placeOf(members, 'the body');
  return {
    topic,
    partition,
    offset,
    countMax: integerOf(members['count'] ?? 1000, 'count', { min: 1, max: COUNT_MAX }),
    waitMs: integerOf(members['waitMs'] ?? 0, 'waitMs', { min: 0, max: WAIT_MS_MAX }),
  };
}

/** Reads `{topic, partition?, offset}`. @throws DatabaseError BAD_REQUEST naming the member. */
export function parsePlace(body: unknown): PartitionOffset {
  return placeOf(objectOf(body, 'the body'), 'the body');
}

/** Reads `{topic, at}`. @throws DatabaseError BAD_REQUEST naming the member. */
export function parsePosition(body: unknown): { topic: string; at: Position } {
  const members = objectOf(body, 'the body');
  const at = members['at'];
  const topic = textOf(members['topic'], 'topic');
  if (at === 'earliest' || at === 'latest') return { topic, at };
  if (typeof at === 'number' && Number.isSafeInteger(at)) return { topic, at };
  throw wrong('at', '"earliest", "latest" or a time in ms since the epoch');
}

/** Reads `{group, offsets: [{topic, partition?, offset}]}`. @throws DatabaseError BAD_REQUEST naming the member. */
export function parseGroupCommit(body: unknown): { group: string; offsets: PartitionOffset[] } {
  const members = objectOf(body, 'the body');
  const list = listOf(members['offsets'], 'offsets');
  return {
    group: textOf(members['group'], 'group'),
    offsets: list.map((entry, i) => placeOf(objectOf(entry, `offsets[${i}]`), `offsets[${i}]`)),
  };
}

function placeOf(members: Members, path: string): PartitionOffset {
  const { topic, partition = 0, offset } = members;
  return {
    topic: textOf(topic, `topic of ${path}`),
    partition: integerOf(partition, `partition of ${path}`, { min: 0, max: PARTITIONS_MAX }),
    offset: integerOf(offset, `offset of ${path}`, { min: 0, max: Number.MAX_SAFE_INTEGER }),
  };
}

function objectOf(value: unknown, path: string): Members {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Members;
  throw wrong(path, 'an object');
}

function listOf(value: unknown, path: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw wrong(path, 'an array');
}

function textOf(value: unknown, path: string): string {
  if (typeof value === 'string' && value.isWellFormed()) return value;
  throw wrong(path, 'a string');
}

function integerOf(
  value: unknown,
  path: string,
  { min, max }: { min: number; max: number },
): number {
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) {
    return value as number;
  }
  throw wrong(path, `a whole number from ${min} to ${max}`);
}

function wrong(path: string, expected: string): DatabaseError {
  return new DatabaseError('BAD_REQUEST', `Invalid request: ${path} must be ${expected}.`);
}
