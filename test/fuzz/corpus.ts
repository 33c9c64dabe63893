/** What exists when a run begins. */
export const SETUP = [
  "CREATE STREAM s (k VARCHAR KEY, n BIGINT, d DECIMAL(10, 2), t TIMESTAMP, a ARRAY<INT>, m MAP<STRING, DOUBLE>, r STRUCT<x INT, y STRING>) WITH (KAFKA_TOPIC = 's', VALUE_FORMAT = 'JSON', PARTITIONS = 2);",
  "CREATE TABLE t (k VARCHAR PRIMARY KEY, v INT) WITH (KAFKA_TOPIC = 't', VALUE_FORMAT = 'JSON', PARTITIONS = 2);",
  "CREATE TABLE c WITH (KAFKA_TOPIC = 'c') AS SELECT k, COUNT(*) AS total, SUM(n) AS amount FROM s GROUP BY k EMIT CHANGES;",
  "INSERT INTO s (k, n, d, a) VALUES ('a', 1, 1.50, ARRAY[1, 2]); INSERT INTO s (k, n) VALUES ('b', 9007199254740993);",
];

/** Statements that are right, to begin from. */
export const STATEMENTS = [
  'SHOW STREAMS EXTENDED;',
  'DESCRIBE s EXTENDED;',
  "EXPLAIN SELECT k, n + 1 AS x FROM s WHERE n > 3 AND k LIKE 'a%' EMIT CHANGES;",
  "CREATE STREAM x WITH (KAFKA_TOPIC = 'x', PARTITIONS = 1) AS SELECT k, CAST(n AS STRING) AS text, UCASE(k) AS u FROM s WHERE n BETWEEN 1 AND 9 PARTITION BY k EMIT CHANGES;",
  'CREATE TABLE w AS SELECT k, COUNT(*) AS c, MAX(n) AS top, COLLECT_LIST(n) AS all_n FROM s WINDOW TUMBLING (SIZE 30 SECONDS, GRACE PERIOD 1 MINUTE) GROUP BY k HAVING COUNT(*) > 1 EMIT CHANGES;',
  'CREATE STREAM j AS SELECT s.k AS k, s.n, t.v FROM s LEFT JOIN t ON s.k = t.k EMIT CHANGES;',
  'CREATE STREAM ss AS SELECT l.k AS k, l.n, r.n FROM s l INNER JOIN s r WITHIN 1 HOUR GRACE PERIOD 5 MINUTES ON l.k = r.k EMIT CHANGES;',
  "INSERT INTO s (k, n, d, t, a, m, r) VALUES ('x', -7, 12.34, '2024-02-29T12:00:00', ARRAY[1, NULL], MAP('a' := 1.5), STRUCT(x := 1, y := 'z'));",
  "INSERT INTO t (k, v) VALUES ('q', 5);",
  "SET 'auto.offset.reset' = 'earliest'; UNSET 'auto.offset.reset';",
  "DEFINE name = 's'; DESCRIBE ${name};",
  'CREATE TYPE point AS STRUCT<x DOUBLE, y DOUBLE>; DROP TYPE IF EXISTS point;',
  'ASSERT TOPIC s WITH (PARTITIONS = 2) TIMEOUT 1 SECONDS;',
  'ALTER STREAM s ADD COLUMN extra INT;',
  'DROP STREAM IF EXISTS nothing DELETE TOPIC;',
];

/** Queries that are right and end, or are ended. */
export const QUERIES = [
  "SELECT * FROM c WHERE k = 'a';",
  "SELECT k, total FROM c WHERE k IN ('a', 'b') LIMIT 1;",
  'SELECT * FROM s;',
  "SELECT k, a[1] AS first, m['a'] AS m, r->x AS rx, TRANSFORM(a, e => e * 2) AS twice FROM s EMIT CHANGES LIMIT 1;",
  "SELECT CASE WHEN n > 5 THEN 'big' ELSE 'small' END AS size, d * 2, CONCAT(k, '-', k) FROM s EMIT CHANGES LIMIT 1;",
  'SELECT k, COUNT(*) FROM s GROUP BY k EMIT CHANGES LIMIT 1;',
  "SELECT REGEXP_EXTRACT('(a+)+', k, 1), SUBSTRING(k, -1), EXTRACTJSONFIELD('{\"a\":1}', '$.a') FROM s EMIT CHANGES LIMIT 1;",
  "PRINT 's' FROM BEGINNING LIMIT 1;",
];

/** Requests over HTTP/1.1, byte by byte. */
export const REQUESTS = [
  'GET /info HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
  'POST /ksql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 23\r\n\r\n{"ksql":"SHOW STREAMS;"}',
  'POST /query-stream HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1f\r\n{"sql":"SELECT * FROM c;"}     \r\n0\r\n\r\n',
  'OPTIONS /ksql HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\nAccess-Control-Request-Method: POST\r\n\r\n',
  'GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  'GET /sse/query?sql=SELECT%20*%20FROM%20c%3B HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0\0\0\x08\x07\0\0\0\0\0\0\0\0\0\0\0\0\0',
];

/** Bodies of requests, by path. */
export const BODIES: readonly (readonly [path: string, body: string])[] = [
  [
    '/ksql',
    '{"ksql":"SHOW STREAMS;","streamsProperties":{"auto.offset.reset":"earliest"},"sessionVariables":{"a":"b"},"commandSequenceNumber":1}',
  ],
  ['/query', '{"ksql":"SELECT * FROM c;","streamsProperties":{}}'],
  [
    '/query-stream',
    '{"sql":"SELECT * FROM c;","properties":{"ksql.query.pull.table.scan.enabled":true}}',
  ],
  ['/close-query', '{"queryId":"transient_S_1"}'],
  [
    '/v1/topics/produce',
    '{"topic":"s","records":[{"key":"a","value":"{\\"N\\":1}","partition":0,"timestamp":1,"headers":{"h":"v"}}]}',
  ],
  ['/v1/topics/consume', '{"topic":"s","partition":0,"offset":0,"count":10,"waitMs":0}'],
  ['/v1/topics/offsets', '{"topic":"s","at":"latest"}'],
  ['/v1/groups/commit', '{"group":"g","offsets":[{"topic":"s","partition":0,"offset":1}]}'],
  [
    '/subjects/x-value/versions',
    '{"schemaType":"AVRO","schema":"{\\"type\\":\\"record\\",\\"name\\":\\"R\\",\\"fields\\":[]}"}',
  ],
];

/** Messages of the JSON protocol. */
export const MESSAGES = [
  '{"type":"ping"}',
  '{"type":"query","id":"a","sql":"SELECT * FROM c WHERE k = ?;","parameters":["a"]}',
  '{"type":"query","id":"b","sql":"SELECT * FROM s EMIT CHANGES;","properties":{"auto.offset.reset":"earliest"}}',
  '{"type":"query","id":"d","sql":"SELECT * FROM s EMIT CHANGES;","resume":"WzEsMCwzLDAsMV0"}',
  '{"type":"stop","id":"b"}',
  '{"type":"execute","id":"x","sql":"SHOW STREAMS;","variables":{"a":"b"}}',
  '{"type":"insert","id":"i","target":"s","rows":[{"k":"a","n":1,"a":[1],"m":{"x":1.5},"r":{"x":1}}]}',
];
