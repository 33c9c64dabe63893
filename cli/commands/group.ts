import type { GroupDescription, PartitionOffset } from '../../src/api/topics.ts';
import type { Command } from '../command.ts';
import { write } from '../output.ts';
import { runAction, serverFlag, UsageError, type Action, type ActionCall } from '../remote.ts';
import { formatTable } from '../table.ts';
import { positionOf } from './topic.ts';
import { TOKEN_FLAG } from '../token-flag.ts';

const actions: readonly Action[] = [
  { name: 'list', words: '', countMin: 0, countMax: 0, run: list },
  { name: 'describe', words: 'GROUP', countMin: 1, countMax: 1, run: describe },
  {
    name: 'reset',
    words: 'GROUP --topic TOPIC [--to WHERE]',
    countMin: 1,
    countMax: 1,
    run: reset,
  },
  { name: 'delete', words: 'GROUP', countMin: 1, countMax: 1, run: deleteGroup },
];

/** `millrace group`: the committed offsets of consumer groups, on a running server. */
export const group: Command = {
  name: 'group',
  usage: `millrace group ${actions.map(({ name }) => name).join('|')}`,
  summary: 'lists, describes, resets and deletes the offsets of consumer groups',
  flags: [
    serverFlag,
    TOKEN_FLAG,
    { name: 'topic', value: 'TOPIC', summary: 'reset: the topic to set the offsets of' },
    {
      name: 'to',
      value: 'WHERE',
      summary: 'reset: earliest (default), latest, an offset, or time=MS',
    },
  ],
  run: (settings, surroundings) => runAction(group, actions, { settings, surroundings }),
};

async function list({ client, surroundings }: ActionCall): Promise<void> {
  const { groups } = await client.call<{ groups: string[] }>('/v1/groups', null);
  const rows = groups.map((name) => [name]);
  await write(surroundings.output, formatTable({ headings: ['Group'], rows }));
}

async function describe({ client, words, surroundings }: ActionCall): Promise<void> {
  const found = await client.call<GroupDescription>('/v1/groups/describe', { group: words[0] });
  await write(surroundings.output, tableOf(found));
}

async function reset({ client, words, settings, surroundings }: ActionCall): Promise<void> {
  const topic = settings.text('topic');
  if (topic === null) throw new UsageError('Say which topic: --topic TOPIC.');
  const to = settings.text('to') ?? 'earliest';
  const offset = /^\d+$/.test(to) ? Number(to) : null;
  const at = positionOf(offset === null ? to : 'earliest');
  const { offsets } = await client.call<{ offsets: PartitionOffset[] }>('/v1/topics/offsets', {
    topic,
    at,
  });
  const found = await client.call<GroupDescription>('/v1/groups/commit', {
    group: words[0],
    offsets: offsets.map((place) => ({ ...place, offset: offset ?? place.offset })),
  });
  await write(surroundings.output, tableOf(found));
}

async function deleteGroup({ client, words, surroundings }: ActionCall): Promise<void> {
  await client.call('/v1/groups/delete', { group: words[0] });
  await write(surroundings.output, `Deleted group ${words[0]}.\n`);
}

function tableOf({ group: name, offsets }: GroupDescription): string {
  const rows = offsets.map(({ topic, partition, offset, endOffset, lag }) => [
    name,
    topic,
    ...[partition, offset, endOffset, lag].map(String),
  ]);
  const headings = ['Group', 'Topic', 'Partition', 'Offset', 'End offset', 'Lag'];
  return formatTable({ headings, rows });
}
