import { describe, expect, test } from 'vitest';
import { Catalog, type QueryInfo } from '../../src/catalog/catalog.ts';
import type { Source } from '../../src/catalog/source.ts';

function stream(name: string): Source {
  return {
    kind: 'STREAM',
    name,
    topic: name,
    partitionCount: 1,
    keyFormat: { name: 'KAFKA' },
    valueFormat: { name: 'JSON' },
    schema: { keys: [], values: [{ name: 'V', type: { kind: 'STRING' } }], window: null },
    timestamp: null,
    sql: '',
    createdBy: null,
  };
}

function query(id: string, reads: readonly string[], writes: string | null): QueryInfo {
  return { id, kind: 'INSERT', sql: '', reads, writes };
}

describe('Catalog', () => {
  test('leaves the snapshot it was made from as it was', () => {
    const before = Catalog.EMPTY.withSource(stream('A'));
    const after = before.withSource(stream('B')).withoutSource('A');
    expect(before.sources.map(({ name }) => name)).toEqual(['A']);
    expect(after.sources.map(({ name }) => name)).toEqual(['B']);
    expect(after.source('A')).toBeNull();
    expect(before.source('A')?.topic).toBe('A');
  });

  test('puts a source of the same name in place of the old one', () => {
    const replaced = Catalog.EMPTY.withSource(stream('A')).withSource({
      ...stream('A'),
      topic: 'other',
    });
    expect(replaced.sources.map(({ topic }) => topic)).toEqual(['other']);
  });

  test('knows who reads from and who writes to a source', () => {
    const catalog = Catalog.EMPTY.withQuery(query('Q1', ['A', 'B'], 'C')).withQuery(
      query('Q2', ['A'], null),
    );
    expect(catalog.readersOf('A').map(({ id }) => id)).toEqual(['Q1', 'Q2']);
    expect(catalog.readersOf('C')).toEqual([]);
    expect(catalog.writersOf('C').map(({ id }) => id)).toEqual(['Q1']);
    expect(catalog.withoutQuery('Q1').writersOf('C')).toEqual([]);
    expect(catalog.query('Q2')?.reads).toEqual(['A']);
    expect(catalog.query('Q3')).toBeNull();
  });

  test('finds the shortest way rows take between two sources', () => {
    const catalog = Catalog.EMPTY.withQuery(query('Q1', ['A'], 'B'))
      .withQuery(query('Q2', ['B'], 'C'))
      .withQuery(query('Q3', ['C'], 'A'))
      .withQuery(query('Q4', ['A'], 'C'));
    expect(catalog.path('A', 'C')).toEqual(['A', 'C']);
    expect(catalog.path('B', 'A')).toEqual(['B', 'C', 'A']);
    expect(catalog.path('A', 'A')).toEqual(['A']);
    expect(catalog.path('A', 'D')).toBeNull();
  });

  test('suggests the nearest name, or the right quotes when only the case differs', () => {
    const catalog = Catalog.EMPTY.withSource(stream('CLICKS')).withSource(stream('orders'));
    expect(catalog.nearest('CLIKS')).toBe(' Did you mean CLICKS?');
    expect(catalog.nearest('clicks')).toBe(
      ' Did you mean CLICKS? Write it without quotes: quoted names keep their case.',
    );
    expect(catalog.nearest('ORDERS')).toBe(
      ' Did you mean "orders"? Put it in double quotes: unquoted names are upper-cased.',
    );
    expect(catalog.nearest('PAYMENTS')).toBe('');
  });
});
