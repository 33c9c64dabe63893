import { describe, expect, test } from 'vitest';
import { avroForm } from '../../../src/schema-registry/avro/avro-form.ts';
import { parseAvro } from '../../../src/schema-registry/avro/parse-avro.ts';

function parse(schema: unknown, references: readonly unknown[] = []): unknown {
  return parseAvro(
    JSON.stringify(schema),
    references.map((reference) => JSON.stringify(reference)),
  );
}

describe('parsing', () => {
  test('resolves names in their namespace, in itself and in what is referred to', () => {
    const node = {
      type: 'record',
      name: 'a.b.Node',
      fields: [
        { name: 'next', type: ['null', 'Node'], default: null },
        { name: 'other', type: 'a.b.Node' },
        { name: 'colour', type: 'c.Colour' },
      ],
    };
    const colour = { type: 'enum', name: 'Colour', namespace: 'c', symbols: ['RED'] };
    expect(parse(node, [colour])).toMatchObject({ kind: 'record', name: 'a.b.Node' });
    expect(() => parse(node)).toThrow('at /fields/2/type: the type "c.Colour" is not defined');
  });

  test.each([
    [{ type: 'record', name: 'R' }, 'record R has no array of fields'],
    [{ type: 'record', name: '1', fields: [] }, '"1" is no name for a type'],
    [
      { type: 'record', name: 'R', fields: [{ name: 'a-b', type: 'int' }] },
      'at /fields/0: "a-b" is no name for a field',
    ],
    [
      {
        type: 'record',
        name: 'R',
        fields: [
          { name: 'a', type: 'int' },
          { name: 'a', type: 'int' },
        ],
      },
      'at /fields/1: record R has two fields called a',
    ],
    [
      { type: 'record', name: 'R', fields: [{ name: 'a', type: 'int', default: 'x' }] },
      'at /fields/0: the default of field a is "x", which is no int',
    ],
    [['int', 'int'], 'int stands twice in a union'],
    [['int', ['string']], 'a union stands directly in a union'],
    [{ type: 'enum', name: 'E', symbols: ['A', 'A'] }, '"A" is no name, or stands there twice'],
    [{ type: 'enum', name: 'E', symbols: ['A'], default: 'B' }, 'is no symbol of enum E'],
    [{ type: 'fixed', name: 'F', size: -1 }, 'the size of fixed F is -1'],
    [
      { type: 'bytes', logicalType: 'decimal', precision: 2, scale: 3 },
      'a decimal has a precision',
    ],
    [{ type: 'array' }, 'at /items: a type is a name'],
    ['Unknown', 'the type "Unknown" is not defined'],
    [{}, 'the type is missing'],
  ])('refuses %j', (schema, message) => {
    expect(() => parse(schema)).toThrow(message);
  });
});

const form = (schema: unknown): string => avroForm(JSON.stringify(schema));

const record = (field: object): unknown => ({ type: 'record', name: 'R', fields: [field] });

describe('the form', () => {
  test('is the same however names and plain types are written', () => {
    const long = {
      name: 'R',
      namespace: 'n',
      type: 'record',
      fields: [
        { type: { type: 'int' }, name: 'a' },
        { name: 'b', type: ['null', 'R'] },
      ],
    };
    const short = {
      type: 'record',
      name: 'n.R',
      fields: [
        { name: 'a', type: 'int' },
        { name: 'b', type: ['null', 'n.R'] },
      ],
    };
    expect(form(long)).toBe(form(short));
  });

  test('tells documentation, defaults and logical types apart', () => {
    const plain = form(record({ name: 'a', type: 'long' }));
    expect(form(record({ name: 'a', type: 'long', doc: 'x' }))).not.toBe(plain);
    expect(form(record({ name: 'a', type: 'long', default: 1 }))).not.toBe(plain);
    const time = { type: 'long', logicalType: 'timestamp-millis' };
    expect(form(record({ name: 'a', type: time }))).not.toBe(plain);
  });
});
