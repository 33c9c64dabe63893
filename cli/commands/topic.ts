import { createInterface } from 'node:readline';
import type {
  ConsumeAnswer,
  ConsumedRecord,
  PartitionOffset,
  Position,
  ProduceAnswer,
  ProducedRecord,
  TopicDescription,
} from '../../src/api/topics.ts';
import type { Command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { write } from '../output.ts';
import { runAction, serverFlag, UsageError, type Action, type ActionCall } from '../remote.ts';
import type { Settings } from '../settings.ts';
import { formatTable } from '../table.ts';
import { safeLine } from '../text.ts';
import { TOKEN_FLAG } from '../token-flag.ts';

const LINES_PER_REQUEST = 1_000;
const COUNT_PER_REQUEST = 1_000;
const WAIT_MS = 5_000;
const PARTITION_MAX = 255;
const NUMBER_MAX = Number.MAX_SAFE_INTEGER;

const actions: readonly Action[] = [
  { name: 'list', words: '', countMin: 0, countMax: 0, run: list },
  {
    name: 'create',
    words: 'TOPIC [setting=value ...]',
    countMin: 1,
    countMax: Infinity,
    run: create,
  },
  { name: 'describe', words: 'TOPIC', countMin: 1, countMax: 1, run: describe },
  { name: 'produce', words: 'TOPIC', countMin: 1, countMax: 1, run: produce },
  { name: 'consume', words: 'TOPIC', countMin: 1, countMax: 1, run: consume },
  { name: 'delete', words: 'TOPIC', countMin: 1, countMax: 1, run: deleteTopic },
  { name: 'delete-records', words: 'TOPIC', countMin: 1, countMax: 1, run: deleteRecords },
];

/** `millrace topic`: topics and their records, on a running server. */
export const topic: Command = {
  name: 'topic',
  usage: `millrace topic ${actions.map(({ name }) => name).join('|')}`,
  summary: 'lists, creates, describes, writes, reads and deletes topics of a running server',
  flags: [
    serverFlag,
    TOKEN_FLAG,
    { name: 'partitions', value: 'N', summary: 'create: how many partitions (default 1)' },
    { name: 'partition', value: 'N', summary: 'the partition to write, read or delete from' },
    {
      name: 'key-separator',
      value: 'TEXT',
      summary: 'produce: each line is a key, this text, and a value; consume: print keys so',
    },
    {
      name: 'idempotency-key',
      value: 'TEXT',
      summary: 'produce: lines sent again with the same key are not written again',
    },
    {
      name: 'from',
      value: 'WHERE',
      summary: 'consume: earliest (default), latest, an offset, or time=MS',
    },
    { name: 'limit', value: 'N', summary: 'consume: end after N records' },
    { name: 'follow', summary: 'consume: wait for more at the end' },
    { name: 'json', summary: 'consume: a JSON object for each record' },
    { name: 'group', value: 'NAME', summary: 'consume: go on where the group stands, and commit' },
    { name: 'before', value: 'OFFSET', summary: 'delete-records: delete all below this offset' },
  ],
  run: (settings, surroundings) => runAction(topic, actions, { settings, surroundings }),
};

async function list({ client, surroundings }: ActionCall): Promise<void> {
  const { topics } = await client.call<{ topics: TopicDescription[] }>('/v1/topics', null);
  const rows = topics.map(({ name, partitions }) => [
    name,
    String(partitions.length),
    String(
      partitions.reduce((sum, { startOffset, endOffset }) => sum + endOffset - startOffset, 0),
    ),
  ]);
  const headings = ['Topic', 'Partitions', 'Offsets'];
  await write(surroundings.output, formatTable({ headings, rows }));
}

async function create({ client, words, settings, surroundings }: ActionCall): Promise<void> {
  const [name, ...pairs] = words;
  const given = pairs.map((pair) => {
    const at = pair.indexOf('=');
    if (at < 1) throw new UsageError(`A setting is written name=value; found "${pair}".`);
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
  const partitions = numberOf(settings, 'partitions', { min: 1, max: 256 }) ?? 1;
  const body = { name, partitions, settings: Object.fromEntries(given) };
  await client.call('/v1/topics', body);
  await write(surroundings.output, `Created topic ${name}.\n`);
}

async function describe({ client, words, surroundings }: ActionCall): Promise<void> {
  const [name] = words;
  const found = await client.call<TopicDescription>('/v1/topics/describe', { topic: name });
  const rows = found.partitions.map(({ partition, startOffset, endOffset }) =>
    [partition, startOffset, endOffset].map(String),
  );
  const settings = Object.entries(found.settings);
  await write(
    surroundings.output,
    `Topic ${found.name}\n` +
      formatTable({ headings: ['Partition', 'Start offset', 'End offset'], rows }) +
      formatTable({ headings: ['Setting', 'Value'], rows: settings }),
  );
}

async function produce(call: ActionCall): Promise<void> {
  const { settings, surroundings } = call;
  const separator = settings.text('key-separator');
  const partition = numberOf(settings, 'partition', { min: 0, max: PARTITION_MAX });
  const lines = createInterface({ input: surroundings.input, crlfDelay: Infinity });
  let records: ProducedRecord[] = [];
  let requests = 0;
  let count = 0;
  const flush = async (): Promise<void> => {
    if (records.length === 0) return;
    await send(call, records, requests++);
    count += records.length;
    records = [];
  };
  for await (const line of lines) {
    const at = separator === null ? -1 : line.indexOf(separator);
    if (separator !== null && at < 0) {
      await flush();
      throw new UsageError(
        `Line ${count + 1} has no ${JSON.stringify(separator)} between key and value: ${safeLine(line.slice(0, 80))}`,
      );
    }
    records.push({
      ...(separator === null
        ? { value: line }
        : { key: line.slice(0, at), value: line.slice(at + separator.length) }),
      ...(partition === null ? {} : { partition }),
    });
    if (records.length >= LINES_PER_REQUEST) await flush();
  }
  await flush();
  surroundings.errors.write(`${count} records written.\n`);
}

/** Each request of a run has a key of its own, and gets the same one when the run is repeated. */
function send(
  { client, words, settings }: ActionCall,
  records: readonly ProducedRecord[],
  number: number,
): Promise<{ offsets: ProduceAnswer[] }> {
  const key = settings.text('idempotency-key');
  const headers: Record<string, string> =
    key === null ? {} : { 'idempotency-key': `${key}/${number}` };
  return client.call('/v1/topics/produce', { topic: words[0], records }, headers);
}

async function consume(call: ActionCall): Promise<void> {
  const { settings, surroundings } = call;
  const positions = await startOf(call);
  const limit = numberOf(settings, 'limit', { min: 1, max: NUMBER_MAX }) ?? Infinity;
  const follow = settings.has('follow');
  let left = limit;
  for (let isMore = true; isMore && left > 0;) {
    isMore = follow;
    for (const place of positions) {
      if (left <= 0) break;
      // Waiting for one partition must not keep the others long.
      const waitMs = follow ? Math.ceil(WAIT_MS / 10 / positions.length) : 0;
      const { records, nextOffset } = await read(
        call,
        place,
        Math.min(left, COUNT_PER_REQUEST),
        waitMs,
      );
      for (const record of records)
        await write(surroundings.output, formatRecord(record, settings));
      left -= records.length;
      if (nextOffset > place.offset) isMore = true;
      place.offset = nextOffset;
      if (records.length > 0) await commit(call, place);
    }
  }
}

type Place = { -readonly [K in keyof PartitionOffset]: PartitionOffset[K] };

async function startOf({ client, words, settings }: ActionCall): Promise<Place[]> {
  const topicName = words[0] ?? '';
  const from = settings.text('from') ?? 'earliest';
  const only = numberOf(settings, 'partition', { min: 0, max: PARTITION_MAX });
  const offset = /^\d+$/.test(from) ? Number(from) : null;
  const at = positionOf(offset === null ? from : 'earliest');
  const body = { topic: topicName, at };
  const { offsets } = await client.call<{ offsets: Place[] }>('/v1/topics/offsets', body);
  const places = offsets
    .filter(({ partition }) => only === null || partition === only)
    .map((place) => ({ ...place, offset: offset ?? place.offset }));
  if (places.length === 0) throw new UsageError(`Topic ${topicName} has no partition ${only}.`);
  const group = settings.text('group');
  if (group === null) return places;
  const committed = await committedOffsets({ client, group, topicName });
  return places.map((place) => ({
    ...place,
    offset: committed.get(place.partition) ?? place.offset,
  }));
}

async function committedOffsets({
  client,
  group,
  topicName,
}: Pick<ActionCall, 'client'> & { group: string; topicName: string }): Promise<
  Map<number, number>
> {
  const { groups } = await client.call<{ groups: string[] }>('/v1/groups', null);
  if (!groups.includes(group)) return new Map();
  const { offsets } = await client.call<{ offsets: PartitionOffset[] }>('/v1/groups/describe', {
    group,
  });
  const own = offsets.filter((entry) => entry.topic === topicName);
  return new Map(own.map(({ partition, offset }) => [partition, offset]));
}

function read(
  { client }: ActionCall,
  place: PartitionOffset,
  count: number,
  waitMs: number,
): Promise<ConsumeAnswer> {
  return client.call('/v1/topics/consume', { ...place, count, waitMs });
}

async function commit({ client, settings }: ActionCall, place: PartitionOffset): Promise<void> {
  const group = settings.text('group');
  if (group !== null) await client.call('/v1/groups/commit', { group, offsets: [place] });
}

function formatRecord(record: ConsumedRecord, settings: Settings): string {
  if (settings.has('json')) return `${safeLine(JSON.stringify(record))}\n`;
  const separator = settings.text('key-separator');
  const value = record.value ?? record.valueBase64 ?? 'null';
  const key = record.key ?? record.keyBase64 ?? 'null';
  return `${safeLine(separator === null ? value : key + separator + value)}\n`;
}

async function deleteTopic({ client, words, surroundings }: ActionCall): Promise<void> {
  await client.call('/v1/topics/delete', { topic: words[0] });
  await write(surroundings.output, `Deleted topic ${words[0]}.\n`);
}

async function deleteRecords(call: ActionCall): Promise<number | void> {
  const { client, words, settings, surroundings } = call;
  const offset = numberOf(settings, 'before', { min: 0, max: NUMBER_MAX });
  if (offset === null) throw new UsageError('Say below which offset: --before OFFSET.');
  const partition = numberOf(settings, 'partition', { min: 0, max: PARTITION_MAX }) ?? 0;
  const body = { topic: words[0], partition, offset };
  const place = await client.call<PartitionOffset>('/v1/topics/delete-records', body);
  await write(
    surroundings.output,
    `Topic ${place.topic} partition ${place.partition} begins at offset ${place.offset} now.\n`,
  );
  return EXIT.OK;
}

/** A place in a topic as the user writes it: earliest, latest or time=MS. */
export function positionOf(text: string): Position {
  if (text === 'earliest' || text === 'latest') return text;
  const [, ms] = /^time=(\d{1,16})$/.exec(text) ?? [];
  if (ms !== undefined) return Number(ms);
  throw new UsageError(`A place is earliest, latest, an offset or time=MS; found "${text}".`);
}

function numberOf(
  settings: Settings,
  name: string,
  bounds: { min: number; max: number },
): number | null {
  const before = settings.problems.length;
  const value = settings.number(name, bounds);
  const problem = settings.problems[before];
  if (problem !== undefined) throw new UsageError(problem);
  return value;
}
