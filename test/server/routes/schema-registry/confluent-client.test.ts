import { SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry';
import { describe, expect, test } from 'vitest';
import { startRegistry } from './registry-client.ts';

/** A client that we did not write, as its users set it up. */
async function startClient() {
  const server = await startRegistry();
  return { ...server, client: new SchemaRegistry({ host: server.url }) };
}

const AVRO = {
  type: 'record',
  name: 'Order',
  namespace: 'shop',
  fields: [
    { name: 'id', type: 'long' },
    { name: 'note', type: ['null', 'string'], default: null },
  ],
} as const;

describe('@kafkajs/confluent-schema-registry', () => {
  test('registers an Avro schema, and writes and reads with it', async () => {
    const { client } = await startClient();
    const { id } = await client.register(AVRO as never);
    expect(id).toBe(1);
    const order = { id: 7, note: 'two' };
    const payload = await client.encode(id, order);
    expect([...payload.subarray(0, 5)]).toEqual([0, 0, 0, 0, 1]);
    expect({ ...(await client.decode(payload)) }).toEqual(order);
    expect(await client.getLatestSchemaId('shop.Order')).toBe(1);
    expect(await client.getRegistryId('shop.Order', 1)).toBe(1);
  });

  test('registers JSON and Protobuf schemas, and writes and reads with them', async () => {
    const { client } = await startClient();
    const json = JSON.stringify({
      type: 'object',
      properties: { name: { type: 'string' } },
      required: ['name'],
    });
    const { id: jsonId } = await client.register(
      { type: SchemaType.JSON, schema: json },
      { subject: 'json-value' },
    );
    const proto = 'syntax = "proto3"; package p; message Point { int32 x = 1; int32 y = 2; }';
    const { id: protoId } = await client.register(
      { type: SchemaType.PROTOBUF, schema: proto },
      { subject: 'proto-value' },
    );
    for (const [id, value] of [
      [jsonId, { name: 'it' }],
      [protoId, { x: 3, y: 4 }],
    ] as const) {
      const payload = await client.encode(id, value);
      expect({ ...(await client.decode(payload)) }).toEqual(value);
    }
  });

  test('is told which schemas cannot follow', async () => {
    const { client } = await startClient();
    await client.register(AVRO as never);
    const changed = { ...AVRO, fields: [...AVRO.fields, { name: 'price', type: 'double' }] };
    await expect(client.register(changed as never)).rejects.toThrow(
      /Schema being registered is incompatible with an earlier schema/,
    );
  });

  test('finds what another client registered, also by its text', async () => {
    const { client, url } = await startClient();
    await client.register(AVRO as never);
    const other = new SchemaRegistry({ host: url });
    expect(await other.getRegistryIdBySchema('shop.Order', AVRO as never)).toBe(1);
    expect(JSON.stringify(await other.getSchema(1))).toContain('Order');
    await expect(other.getLatestSchemaId('none')).rejects.toThrow("Subject 'none' not found.");
  });

  test('resolves references between schemas', async () => {
    const { client } = await startClient();
    const address = { type: 'record', name: 'Address', namespace: 'shop', fields: [] };
    await client.register(address as never, { subject: 'address' });
    const person = {
      type: SchemaType.AVRO,
      schema: JSON.stringify({
        type: 'record',
        name: 'Person',
        namespace: 'shop',
        fields: [{ name: 'home', type: 'shop.Address' }],
      }),
      references: [{ name: 'shop.Address', subject: 'address', version: 1 }],
    };
    const { id } = await client.register(person as never, { subject: 'person' });
    const payload = await client.encode(id, { home: {} });
    expect(payload.length).toBe(5);
    expect(Object.keys((await client.decode(payload)) as object)).toEqual(['home']);
  });
});
