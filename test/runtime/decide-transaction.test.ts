import { describe, expect, test } from 'vitest';
import { decideTransaction, LostCommits } from '../../src/runtime/decide-transaction.ts';
import type { QueryProgress, StoredMeta } from '../../src/runtime/meta.ts';
import { producerOf } from '../../src/runtime/producer.ts';

const QUERY = 7;

function metaOf(progress: Partial<QueryProgress> | null, epoch = 5): StoredMeta {
  const full = { epoch: 5, sequences: [], offsets: {}, times: {}, ...progress };
  const entries: [number, QueryProgress][] = progress === null ? [] : [[QUERY, full]];
  return {
    epoch,
    lastTick: 1,
    lastNow: 0,
    durableEnds: new Map(),
    unreadable: new Map(),
    progress: new Map(entries),
  };
}

function transaction(lastSequence: number, epoch = 5) {
  return { topicId: 3, partition: 1, lastSequence, ...producerOf(QUERY, epoch) };
}

describe('a transaction without a marker', () => {
  test.each([
    ['of a query nobody knows', metaOf(null), transaction(4), 'abort'],
    ['of an earlier life', metaOf({ sequences: [-1, 9] }), transaction(4, 4), 'abort'],
    ['in a partition nothing was decided for', metaOf({ sequences: [9] }), transaction(4), 'abort'],
    ['beyond the decision', metaOf({ sequences: [-1, 3] }), transaction(4), 'abort'],
    ['at the decision', metaOf({ sequences: [-1, 4] }), transaction(4), 'commit'],
    ['before the decision', metaOf({ sequences: [-1, 9] }), transaction(4), 'commit'],
    [
      'before one that wrapped around',
      metaOf({ sequences: [-1, 2] }),
      transaction(2 ** 31 - 1),
      'commit',
    ],
  ])('%s', (_, meta, found, expected) => {
    expect(decideTransaction(found, meta)).toBe(expected);
  });
});

describe('a committed transaction', () => {
  test('that the decision covers is as it must be', () => {
    const lost = new LostCommits(metaOf({ sequences: [-1, 4] }));
    lost.observe(transaction(4));
    lost.observe(transaction(900, 4));
    lost.checkQueries([QUERY]);
  });

  test.each([
    ['beyond the decision', metaOf({ sequences: [-1, 3] }), transaction(4)],
    ['of a later life than the store has seen', metaOf(null, 4), transaction(4)],
    [
      'of a later life than the query has',
      metaOf({ epoch: 4, sequences: [-1, 9] }),
      transaction(4),
    ],
  ])('%s is proof that the store lost commits', (_, meta, found) => {
    expect(() => new LostCommits(meta).observe(found)).toThrow(
      'The state store has lost its latest commits: partition 1 of the topic in log/3 holds results of query number 7',
    );
  });

  test('of a query that was dropped proves nothing, of one that exists it does', () => {
    const lost = new LostCommits(metaOf(null));
    lost.observe(transaction(4));
    lost.checkQueries([1, 2]);
    expect(() => lost.checkQueries([1, QUERY])).toThrow(
      'The state store has lost its latest commits',
    );
  });
});
