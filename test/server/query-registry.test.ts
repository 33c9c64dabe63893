import { expect, test } from 'vitest';
import { silentLogger } from '../../src/base/logger.ts';
import { DEFAULT_LIMITS } from '../../server/limits.ts';
import { QueryRegistry } from '../../server/query-registry.ts';
import { ScriptedResult } from './scripted-engine.ts';

const LIMITS = { ...DEFAULT_LIMITS, pushQueryCountMax: 2, pullQueryCountMax: 1 };

test('counts push and PRINT together and pull apart, and frees the place of what is removed', async () => {
  const registry = new QueryRegistry(LIMITS, silentLogger);
  const push = new ScriptedResult({ kind: 'push' });
  const print = new ScriptedResult({ kind: 'print' });
  const pull = new ScriptedResult({ kind: 'pull' });
  for (const result of [push, print, pull]) registry.add(result);
  expect([registry.pushCount, registry.pullCount]).toEqual([2, 1]);
  expect(() => registry.add(new ScriptedResult({ kind: 'push' }))).toThrow(
    'This server is running 2 push queries, as many as it may.',
  );
  expect(() => registry.add(new ScriptedResult({ kind: 'pull' }))).toThrow(
    'This server is answering 1 pull queries, as many as it may at a time.',
  );
  await registry.remove(print);
  await registry.remove(print);
  expect([registry.pushCount, print.isClosed]).toEqual([1, true]);
  registry.add(new ScriptedResult({ kind: 'push' }));
});

test('removing what was refused closes it and frees nothing', async () => {
  const registry = new QueryRegistry({ ...LIMITS, pushQueryCountMax: 0 }, silentLogger);
  const refused = new ScriptedResult({ kind: 'push' });
  expect(() => registry.add(refused)).toThrow('as many as it may');
  await registry.remove(refused);
  expect([refused.isClosed, registry.pushCount]).toEqual([true, 0]);
});

test('closing all closes every query and lets no more in', async () => {
  const registry = new QueryRegistry(LIMITS, silentLogger);
  const push = new ScriptedResult({ kind: 'push' });
  registry.add(push);
  await registry.closeAll();
  expect(push.isClosed).toBe(true);
  expect(() => registry.add(new ScriptedResult({ kind: 'pull' }))).toThrow(
    'The server is shutting down.',
  );
});
