import { expect, test } from 'vitest';
import { connect2, post, request2 } from './clients.ts';
import { startDatabaseServer } from './database-server.ts';

const PROTOBUF = 'application/vnd.ksql.v1+protobuf';
const SQL = `
  CREATE STREAM s (k STRING KEY, v INT, m MAP<STRING, BIGINT>) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
  INSERT INTO s VALUES ('a', -1, MAP('Q' := 1, 'D' := 2));
  INSERT INTO s (k) VALUES ('b');`;
const SCHEMA = `syntax = "proto3";

message ConnectDefault1 {
  string K = 1;
  int32 V = 2;
  repeated ConnectDefault2Entry M = 3;

  message ConnectDefault2Entry {
    string key = 1;
    int64 value = 2;
  }
}
`;

test('rows come as protobuf messages, and the header says how to read them', async () => {
  const { port } = await startDatabaseServer(SQL);
  for (const path of ['/query', '/query-stream']) {
    const body = { sql: 'SELECT * FROM s;', ksql: 'SELECT * FROM s;' };
    const answer = await post(port, path, body, { accept: PROTOBUF });
    expect(answer.headers['content-type']).toBe(PROTOBUF);
    const [header, ...rest] = JSON.parse(answer.body) as [{ header: { protoSchema: string } }];
    expect(header.header.protoSchema).toBe(SCHEMA);
    const minusOne = [0x10, ...Array.from({ length: 9 }, () => 0xff), 0x01];
    const key = [0x0a, 1, 0x61];
    const first = [0x1a, 5, 0x0a, 1, 0x51, 0x10, 1];
    const second = [0x1a, 5, 0x0a, 1, 0x44, 0x10, 2];
    const bytes = [...key, ...minusOne, ...first, ...second];
    expect(rest).toEqual([
      { row: { protobufBytes: Buffer.from(bytes).toString('base64') } },
      { row: { protobufBytes: Buffer.from([0x0a, 1, 0x62]).toString('base64') } },
      { finalMessage: 'Query Completed' },
    ]);
  }
});

test('a push query sends each row in a frame of its own', async () => {
  const { port } = await startDatabaseServer(SQL);
  const body = JSON.stringify({
    sql: 'SELECT k FROM s EMIT CHANGES LIMIT 2;',
    properties: { 'auto.offset.reset': 'earliest' },
  });
  const headers = { accept: PROTOBUF };
  const { frames } = await request2(connect2(port), { path: '/query-stream', body, headers });
  expect(frames.slice(1)).toEqual([
    '{"row":{"protobufBytes":"CgFh"}},\n',
    '{"row":{"protobufBytes":"CgFi"}},\n',
    '{"finalMessage":"Limit Reached"}]',
  ]);
});
