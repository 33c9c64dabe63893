--@test: a row that moves is first taken out of its old group, then put into the new one
CREATE TABLE t (id INT PRIMARY KEY, g VARCHAR, v INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE sums AS SELECT g, SUM(v) AS total, COUNT(*) AS n FROM t GROUP BY g;
INSERT INTO t (id, g, v, ROWTIME) VALUES (1, 'a', 5, 100);
INSERT INTO t (id, g, v, ROWTIME) VALUES (2, 'a', 7, 50);
INSERT INTO t (id, g, v, ROWTIME) VALUES (1, 'b', 6, 80);
INSERT INTO t (id, g, v, ROWTIME) VALUES (1, 'b', 6, 90);
ASSERT VALUES sums (g, total, n, ROWTIME) VALUES ('a', 5, 1, 100);
ASSERT VALUES sums (g, total, n, ROWTIME) VALUES ('a', 12, 2, 100);
ASSERT VALUES sums (g, total, n, ROWTIME) VALUES ('a', 7, 1, 100);
ASSERT VALUES sums (g, total, n, ROWTIME) VALUES ('b', 6, 1, 80);
ASSERT VALUES sums (g, total, n, ROWTIME) VALUES ('b', 6, 1, 90);
ASSERT NO MORE VALUES sums;

--@test: a group that has lost its rows stays with neutral values
CREATE TABLE t (id INT PRIMARY KEY, g VARCHAR, v INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM tombstones (id INT KEY, v VARCHAR) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='KAFKA');
CREATE TABLE sums AS SELECT g, SUM(v) AS total, COUNT(v) AS n, AVG(v) AS mean, COLLECT_LIST(v) AS vs
  FROM t GROUP BY g;
INSERT INTO t (id, g, v) VALUES (1, 'a', 5);
INSERT INTO tombstones (id, v) VALUES (1, NULL);
INSERT INTO tombstones (id, v) VALUES (1, NULL);
INSERT INTO tombstones (id, v) VALUES (9, NULL);
INSERT INTO t (id, g, v) VALUES (1, 'a', 3);
ASSERT VALUES sums (g, total, n, mean, vs) VALUES ('a', 5, 1, 5.0, ARRAY[5]);
ASSERT VALUES sums (g, total, n, mean) VALUES ('a', 0, 0, 0.0);
ASSERT VALUES sums (g, total, n, mean, vs) VALUES ('a', 3, 1, 3.0, ARRAY[3]);
ASSERT NO MORE VALUES sums;

--@test: a value taken back from a list is the last equal one
CREATE TABLE t (id INT PRIMARY KEY, g VARCHAR, v INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE lists AS SELECT g, COLLECT_LIST(v) AS vs, HISTOGRAM(CAST(v AS VARCHAR)) AS counts FROM t GROUP BY g;
INSERT INTO t (id, g, v) VALUES (1, 'a', 5);
INSERT INTO t (id, g, v) VALUES (2, 'a', 7);
INSERT INTO t (id, g, v) VALUES (3, 'a', 5);
INSERT INTO t (id, g, v) VALUES (2, 'a', 7);
INSERT INTO t (id, g, v) VALUES (1, 'a', 8);
ASSERT VALUES lists (g, vs) VALUES ('a', ARRAY[5]);
ASSERT VALUES lists (g, vs) VALUES ('a', ARRAY[5, 7]);
ASSERT VALUES lists (g, vs) VALUES ('a', ARRAY[5, 7, 5]);
ASSERT VALUES lists (g, vs) VALUES ('a', ARRAY[5, 5, 7]);
ASSERT VALUES lists (g, vs) VALUES ('a', ARRAY[5, 7, 8]);
--@rows: [[{"5": 1, "7": 1, "8": 1}]]
SELECT counts FROM lists WHERE g = 'a';

--@test: where one side has no group only the other counts
CREATE TABLE t (id INT PRIMARY KEY, g VARCHAR, v INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE sums AS SELECT g, SUM(v) AS total FROM t GROUP BY g;
INSERT INTO t (id, g, v) VALUES (1, 'a', 5);
INSERT INTO t (id, g, v) VALUES (1, NULL, 6);
INSERT INTO t (id, g, v) VALUES (1, 'b', 7);
ASSERT VALUES sums (g, total) VALUES ('a', 5);
ASSERT VALUES sums (g, total) VALUES ('a', 0);
ASSERT VALUES sums (g, total) VALUES ('b', 7);
ASSERT NO MORE VALUES sums;

--@test: aggregates that cannot take a row back, and windows, are refused on tables
CREATE TABLE t (id INT PRIMARY KEY, g VARCHAR, v INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);
--@expect.error: cannot be applied to a table
CREATE TABLE u AS SELECT g, MAX(v) AS m FROM t GROUP BY g;
--@expect.error: cannot be applied to a table
CREATE TABLE u AS SELECT g, TOPK(v, 2) AS m FROM t GROUP BY g;
--@expect.error: WINDOW works on streams only
CREATE TABLE u AS SELECT g, COUNT(*) AS n FROM t WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY g;

--@test: several queries write into one stream
CREATE STREAM a (k INT KEY, v INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM b (k INT KEY, v INT) WITH (KAFKA_TOPIC='b', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM all_rows AS SELECT k, v FROM a;
INSERT INTO all_rows SELECT k, v * 10 AS v FROM b;
CREATE TABLE counts AS SELECT k, COUNT(*) AS n, SUM(v) AS total FROM all_rows GROUP BY k;
INSERT INTO a (k, v) VALUES (1, 1);
INSERT INTO b (k, v) VALUES (1, 1);
INSERT INTO a (k, v) VALUES (1, 2);
ASSERT VALUES all_rows (k, v) VALUES (1, 1);
ASSERT VALUES all_rows (k, v) VALUES (1, 10);
ASSERT VALUES all_rows (k, v) VALUES (1, 2);
--@rows: [[3, 13]]
SELECT n, total FROM counts WHERE k = 1;
--@expect.error: cycle
INSERT INTO a SELECT k, v FROM all_rows;

--@test: limits of collections hold in windows and in sessions that are joined
SET 'ksql.functions.collect_list.limit' = '2';
CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE lists AS SELECT k, COLLECT_LIST(v) AS vs FROM s WINDOW SESSION (1 SECOND) GROUP BY k;
INSERT INTO s (k, v, ROWTIME) VALUES (1, 1, 0);
INSERT INTO s (k, v, ROWTIME) VALUES (1, 2, 2000);
INSERT INTO s (k, v, ROWTIME) VALUES (1, 3, 1000);
--@rows: [[[1, 2], 0, 2000]]
SELECT vs, WINDOWSTART, WINDOWEND FROM lists WHERE k = 1;

--@test: sessions by several columns and an expression
CREATE STREAM s (k INT KEY, g VARCHAR, v INT) WITH (KAFKA_TOPIC='s', KEY_FORMAT='JSON', VALUE_FORMAT='JSON', PARTITIONS=2);
CREATE TABLE t AS SELECT UCASE(g) AS big, k, COUNT(*) AS n FROM s WINDOW SESSION (1 SECOND) GROUP BY UCASE(g), k;
INSERT INTO s (k, g, v, ROWTIME) VALUES (1, 'a', 1, 0);
INSERT INTO s (k, g, v, ROWTIME) VALUES (1, 'A', 2, 500);
INSERT INTO s (k, g, v, ROWTIME) VALUES (2, 'a', 3, 500);
--@rows: [["A", 1, 0, 500, 2]]
SELECT big, k, WINDOWSTART, WINDOWEND, n FROM t WHERE big = 'A' AND k = 1;
