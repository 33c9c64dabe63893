import { MemoryStore } from '../../src/state/memory-store.ts';
import { describeStore } from '../contracts/store.ts';

describeStore('MemoryStore', async () => {
  const store = new MemoryStore();
  return { store, reopen: null, dispose: () => store.close() };
});
