import { join } from 'node:path';
import { nodeEnv } from '../../src/base/env-node.ts';
import { queryKey, queryStateRange } from '../../src/runtime/meta.ts';
import { openLevelStore } from '../../src/state/level-store.ts';
import type { Store } from '../../src/state/store.ts';

/**
 * What the state store of a closed database holds of queries that are gone: `state 7`, `progress 7`.
 * @param options.queryIds of the queries there are; each ends in the query's number.
 * @param options.numberMax no query has a greater number.
 */
export async function leftOverState(
  directory: string,
  { queryIds, numberMax }: { queryIds: readonly string[]; numberMax: number },
): Promise<string[]> {
  const running = new Set(queryIds.map((id) => Number(/\d+$/.exec(id)?.[0])));
  const { files } = nodeEnv();
  const store = await openLevelStore({ directory: join(directory, 'state'), files });
  try {
    const found: string[] = [];
    for (let number = 0; number <= numberMax; number++) {
      if (running.has(number)) continue;
      if (store.get(queryKey(number)) !== undefined) found.push(`progress ${number}`);
      if (await holdsAny(store, queryStateRange(number))) found.push(`state ${number}`);
    }
    return found;
  } finally {
    await store.close();
  }
}

async function holdsAny(store: Store, range: { from: Buffer; to: Buffer }): Promise<boolean> {
  for await (const entries of store.range({ ...range, limit: 1 })) return entries.length > 0;
  return false;
}
