import { expect, test } from 'vitest';
import type { PhysicalPlan } from '../../src/plan/physical-plan.ts';
import { inOrderOfDependence } from '../../src/runtime/query-order.ts';
import { CLICKS, source } from '../analyze/fixture.ts';

/** A query by name that reads one topic and writes another. */
function query(name: string, from: string, to: string): { name: string; plan: PhysicalPlan } {
  const schema = { keys: [], values: [], window: null };
  const sink = source('STREAM', to, { keys: {}, values: {} }, { topic: to });
  return {
    name,
    plan: {
      version: 1,
      result: 'stream',
      steps: [
        {
          kind: 'Source',
          id: 0,
          inputs: [],
          schema,
          source: { ...CLICKS, topic: from },
          needed: [],
        },
        { kind: 'Sink', id: 1, inputs: [0], schema, sink },
      ],
    },
  };
}

function order(...queries: ReturnType<typeof query>[]): string {
  return inOrderOfDependence(queries)
    .map(({ name }) => name)
    .join(' ');
}

test('a query comes after all that write what it reads', () => {
  const [a, b, c] = [query('a', '1', '2'), query('b', '2', '3'), query('c', '3', '4')] as const;
  expect(order(c, b, a)).toBe('a b c');
  expect(order(a, b, c)).toBe('a b c');
  expect(order(query('reader', '3', '9'), b, query('b2', '7', '3'), a)).toBe('a b b2 reader');
});

test('queries that have nothing to do with each other keep their order', () => {
  expect(order(query('y', '1', '2'), query('x', '3', '4'), query('z', '1', '5'))).toBe('y x z');
  expect(order()).toBe('');
});

test('a cycle does not hang', () => {
  expect(order(query('a', '1', '2'), query('b', '2', '1'))).toBe('b a');
});
