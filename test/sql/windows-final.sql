--@test: EMIT FINAL gives each window once, when it is closed
SET 'ksql.streams.__emit.interval.ms.kstreams.windowed.aggregation__' = '0';
CREATE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT k, SUM(v) AS total, WINDOWEND AS until
  FROM s WINDOW TUMBLING (SIZE 10 SECONDS, GRACE PERIOD 5 SECONDS) GROUP BY k EMIT FINAL;
INSERT INTO s (k, v, ROWTIME) VALUES ('b', 1, 1000);
INSERT INTO s (k, v, ROWTIME) VALUES ('a', 2, 2000);
INSERT INTO s (k, v, ROWTIME) VALUES ('b', 4, 9000);
INSERT INTO s (k, v, ROWTIME) VALUES ('a', 8, 14999);
ASSERT NO MORE VALUES t;
--@rows.unordered: [["a", 0, 2], ["b", 0, 5], ["a", 10000, 8]]
SELECT k, WINDOWSTART, total FROM t;
--@rows: [["b", 0, 10000, 5, 10000]]
SELECT * FROM t WHERE k = 'b';
INSERT INTO s (k, v, ROWTIME) VALUES ('a', 16, 15000);
INSERT INTO s (k, v, ROWTIME) VALUES ('b', 32, 9999);
ASSERT VALUES t (k, total, until, WINDOWSTART, ROWTIME) VALUES ('a', 2, 10000, 0, 2000);
ASSERT VALUES t (k, total, until, WINDOWSTART, ROWTIME) VALUES ('b', 5, 10000, 0, 9000);
ASSERT NO MORE VALUES t;

--@test: without GRACE PERIOD final windows take no late rows
SET 'ksql.streams.__emit.interval.ms.kstreams.windowed.aggregation__' = '0';
CREATE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT k, COUNT(*) AS n
  FROM s WINDOW HOPPING (SIZE 10 SECONDS, ADVANCE BY 5 SECONDS) GROUP BY k HAVING COUNT(*) > 1 EMIT FINAL;
INSERT INTO s (k, v, ROWTIME) VALUES ('a', 1, 6000);
INSERT INTO s (k, v, ROWTIME) VALUES ('a', 1, 7000);
INSERT INTO s (k, v, ROWTIME) VALUES ('a', 1, 10000);
INSERT INTO s (k, v, ROWTIME) VALUES ('a', 1, 9000);
INSERT INTO s (k, v, ROWTIME) VALUES ('b', 1, 15000);
INSERT INTO s (k, v, ROWTIME) VALUES ('b', 1, 20000);
ASSERT VALUES t (k, n, WINDOWSTART) VALUES ('a', 2, 0);
ASSERT VALUES t (k, n, WINDOWSTART) VALUES ('a', 4, 5000);
ASSERT NO MORE VALUES t;

--@test: final sessions
SET 'ksql.streams.__emit.interval.ms.kstreams.windowed.aggregation__' = '0';
CREATE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT k, SUM(v) AS total
  FROM s WINDOW SESSION (10 SECONDS) GROUP BY k EMIT FINAL;
INSERT INTO s (k, v, ROWTIME) VALUES ('b', 1, 0);
INSERT INTO s (k, v, ROWTIME) VALUES ('b', 2, 1000);
INSERT INTO s (k, v, ROWTIME) VALUES ('a', 4, 1000);
--@rows: [["b", 0, 1000, 3]]
SELECT * FROM t WHERE k = 'b';
INSERT INTO s (k, v, ROWTIME) VALUES ('c', 8, 90000);
ASSERT VALUES t (k, total, WINDOWSTART, WINDOWEND, ROWTIME) VALUES ('a', 4, 1000, 1000, 1000);
ASSERT VALUES t (k, total, WINDOWSTART, WINDOWEND, ROWTIME) VALUES ('b', 3, 0, 1000, 1000);
ASSERT NO MORE VALUES t;

--@test: windows are looked for once in a while
SET 'ksql.streams.__emit.interval.ms.kstreams.windowed.aggregation__' = '1000000';
CREATE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT k, SUM(v) AS total FROM s WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY k EMIT FINAL;
INSERT INTO s (k, v, ROWTIME) VALUES ('a', 1, 0);
INSERT INTO s (k, v, ROWTIME) VALUES ('a', 1, 1500);
ASSERT NO MORE VALUES t;

--@test: a push query may ask for final results
SET 'ksql.streams.__emit.interval.ms.kstreams.windowed.aggregation__' = '0';
CREATE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
INSERT INTO s (k, v, ROWTIME) VALUES ('a', 1, 0);
INSERT INTO s (k, v, ROWTIME) VALUES ('a', 2, 500);
INSERT INTO s (k, v, ROWTIME) VALUES ('a', 4, 1000);
INSERT INTO s (k, v, ROWTIME) VALUES ('a', 4, 2000);
--@rows: [["a", 0, 3], ["a", 1000, 4]]
SELECT k, WINDOWSTART, SUM(v) FROM s WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY k EMIT FINAL LIMIT 2;

--@test: EMIT FINAL needs windows, and can be switched off
CREATE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
--@expect.error: EMIT FINAL is only supported for windowed aggregations
CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM s GROUP BY k EMIT FINAL;
--@expect.error: EMIT FINAL is only supported for windowed aggregations
CREATE STREAM t AS SELECT * FROM s EMIT FINAL;
SET 'ksql.suppress.enabled' = 'false';
--@expect.error: Suppression is currently disabled
CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY k EMIT FINAL;
