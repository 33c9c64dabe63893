import { expect, test } from 'vitest';
import { nodeEnv } from '../../src/base/env-node.ts';
import { silentLogger } from '../../src/base/logger.ts';
import type { Partition } from '../../src/log/log.ts';
import { EmbeddedCommitCoordinator } from '../../src/runtime/embedded-commit.ts';
import { chainKey, encodeNumber } from '../../src/runtime/meta.ts';
import type { SealedTick } from '../../src/runtime/sealed-tick.ts';
import { MemoryStore } from '../../src/state/memory-store.ts';
import { PackedChanges } from '../../src/state/packed-changes.ts';
import type { StoreChange } from '../../src/state/store.ts';

const { clock } = nodeEnv();

/** A store that fails as often as told, with or without having written, and takes nothing more before `reopen`. */
class FailingStore extends MemoryStore {
  failures: { readonly code: string; readonly isWritten: boolean }[] = [];
  reopened = 0;
  commits = 0;

  override async commit(changes: Iterable<StoreChange>): Promise<void> {
    this.commits++;
    const failure = this.failures.shift();
    if (failure === undefined || failure.isWritten) await super.commit(changes);
    if (failure !== undefined) throw Object.assign(new Error(failure.code), { code: failure.code });
  }

  override async reopen(): Promise<void> {
    this.reopened++;
  }
}

function tick(number: number, reads: SealedTick['reads'] = []): SealedTick {
  const changes = new PackedChanges();
  changes.put(chainKey(number), encodeNumber(number));
  return { tick: number, outputs: [], changes, reads, touched: new Set() };
}

function coordinator(store: FailingStore, waitForRoom?: () => Promise<boolean>) {
  const waiting = waitForRoom === undefined ? {} : { waitForRoom };
  return new EmbeddedCommitCoordinator({ store, clock, logger: silentLogger, ...waiting });
}

test('a commit that failed is looked for, and written again only when it is not there', async () => {
  const store = new FailingStore();
  store.failures = [{ code: 'EIO', isWritten: true }];
  await coordinator(store).commit(tick(1));
  expect(store).toMatchObject({ reopened: 1, commits: 1 });
  store.failures = [{ code: 'EIO', isWritten: false }];
  await coordinator(store).commit(tick(2));
  expect(store).toMatchObject({ reopened: 2, commits: 3 });
});

test('a second error is final', async () => {
  const store = new FailingStore();
  store.failures = [
    { code: 'EIO', isWritten: false },
    { code: 'EIO', isWritten: false },
  ];
  await expect(coordinator(store).commit(tick(1))).rejects.toMatchObject({ code: 'EIO' });
});

test('without room it is tried for as long as somebody waits for room', async () => {
  const store = new FailingStore();
  const full = { code: 'ENOSPC', isWritten: false };
  store.failures = [full, full, full, full];
  let waits = 0;
  await coordinator(store, async () => ++waits < 10).commit(tick(1));
  expect(waits).toBe(4);
  store.failures = [full, full];
  const stopping = coordinator(store, async () => false);
  await expect(stopping.commit(tick(2))).rejects.toMatchObject({ code: 'ENOSPC' });
});

test('ticks are committed in order, one at a time', async () => {
  const commits = coordinator(new FailingStore());
  const first = commits.commit(tick(2));
  await expect(commits.commit(tick(3))).rejects.toThrow('one tick is committed at a time');
  await first;
  await expect(commits.commit(tick(2))).rejects.toThrow('ticks are committed in order');
});

test('an offset beyond what is on disk is never committed', async () => {
  const store = new FailingStore();
  const partition = { durableEndOffset: 5 } as Partition;
  await coordinator(store).commit(tick(1, [{ partition, offset: 5 }]));
  const ahead = coordinator(store).commit(tick(2, [{ partition, offset: 6 }]));
  await expect(ahead).rejects.toThrow('what was read is durable before its offset is committed');
  expect(store.get(chainKey(2))).toBeUndefined();
});
