--@test: CREATE TABLE AS copies updates and deletions
CREATE STREAM bytes (id INT KEY, v VARCHAR)
  WITH (KAFKA_TOPIC='u', VALUE_FORMAT='KAFKA', PARTITIONS=1);
CREATE TABLE u (id INT PRIMARY KEY, name VARCHAR, age INT)
  WITH (KAFKA_TOPIC='u', VALUE_FORMAT='JSON');
CREATE TABLE t AS SELECT id, UCASE(name) AS name FROM u;
INSERT INTO u (id, name, age, ROWTIME) VALUES (1, 'ann', 30, 5);
INSERT INTO u (id, name, age, ROWTIME) VALUES (1, 'anna', 31, 3);
INSERT INTO bytes (id, v, ROWTIME) VALUES (1, NULL, 9);
INSERT INTO bytes (id, v, ROWTIME) VALUES (2, NULL, 9);
INSERT INTO u (id, name) VALUES (3, NULL);
ASSERT VALUES t (id, name, ROWTIME) VALUES (1, 'ANN', 5);
ASSERT VALUES t (id, name, ROWTIME) VALUES (1, 'ANNA', 3);
ASSERT NULL VALUES t (id, ROWTIME) KEY (1, 9);
ASSERT NULL VALUES t (id) KEY (2);
ASSERT VALUES t (id, name) VALUES (3, NULL);
ASSERT NO MORE VALUES t;
--@rows: [[3, null]]
SELECT * FROM t;

--@test: a row that stops matching WHERE is deleted, one that never matched gives nothing
CREATE STREAM bytes (id INT KEY, v VARCHAR)
  WITH (KAFKA_TOPIC='u', VALUE_FORMAT='KAFKA', PARTITIONS=1);
CREATE TABLE u (id INT PRIMARY KEY, age INT) WITH (KAFKA_TOPIC='u', VALUE_FORMAT='JSON');
CREATE TABLE adults AS SELECT id, age FROM u WHERE age >= 18;
INSERT INTO u VALUES (1, 17);
INSERT INTO u VALUES (1, 18);
INSERT INTO u VALUES (1, 18);
INSERT INTO u VALUES (1, NULL);
INSERT INTO u VALUES (2, 40);
INSERT INTO bytes VALUES (2, NULL);
INSERT INTO bytes VALUES (1, NULL);
INSERT INTO bytes VALUES (3, NULL);
ASSERT VALUES adults (id, age) VALUES (1, 18);
ASSERT VALUES adults (id, age) VALUES (1, 18);
ASSERT NULL VALUES adults (id) KEY (1);
ASSERT VALUES adults (id, age) VALUES (2, 40);
ASSERT NULL VALUES adults (id) KEY (2);
ASSERT NO MORE VALUES adults;
--@rows: []
SELECT * FROM adults;

--@test: a table record without a key is left out
CREATE STREAM bytes (id INT KEY, v VARCHAR)
  WITH (KAFKA_TOPIC='u', VALUE_FORMAT='KAFKA', PARTITIONS=1);
CREATE TABLE u (id INT PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='u', VALUE_FORMAT='JSON');
CREATE TABLE t AS SELECT * FROM u;
INSERT INTO bytes VALUES (NULL, '{"V":1}');
INSERT INTO bytes VALUES (1, '{"V":2}');
ASSERT VALUES t (id, v) VALUES (1, 2);
ASSERT NO MORE VALUES t;

--@test: a table with a key of several columns
CREATE TABLE u (a INT PRIMARY KEY, b VARCHAR PRIMARY KEY, v INT)
  WITH (KAFKA_TOPIC='u', FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT b, a, v FROM u;
INSERT INTO u VALUES (1, 'x', 10);
INSERT INTO u VALUES (1, 'y', 20);
INSERT INTO u VALUES (1, 'x', 11);
--@rows: [["x", 1, 11]]
SELECT b, a, v FROM t WHERE a = 1 AND b = 'x';
--@rows.unordered: [[11], [20]]
SELECT v FROM t WHERE a = 1;

--@test: a table of a table of a table
CREATE TABLE u (id INT PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='u', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t1 AS SELECT id, v + 1 AS v FROM u;
CREATE TABLE t2 AS SELECT id, v FROM t1 WHERE v > 10;
CREATE TABLE t3 AS SELECT id, v * 2 AS v FROM t2;
INSERT INTO u VALUES (1, 10);
INSERT INTO u VALUES (1, 9);
ASSERT VALUES t3 (id, v) VALUES (1, 22);
ASSERT NULL VALUES t3 (id) KEY (1);
ASSERT NO MORE VALUES t3;

--@test: a push query on a table shows updates and deletions
CREATE STREAM bytes (id INT KEY, v VARCHAR)
  WITH (KAFKA_TOPIC='u', VALUE_FORMAT='KAFKA', PARTITIONS=1);
CREATE TABLE u (id INT PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='u', VALUE_FORMAT='JSON');
INSERT INTO u VALUES (1, 10);
INSERT INTO u VALUES (1, 11);
INSERT INTO bytes VALUES (1, NULL);
--@rows: [[10, 1], [11, 1], {"tombstone": [null, 1]}]
SELECT v, id FROM u EMIT CHANGES LIMIT 3;
--@rows: [[11], {"tombstone": [null]}]
SELECT v FROM u WHERE v > 10 EMIT CHANGES LIMIT 2;

--@test: merged changes of one key show its last row
SET 'cache.max.bytes.buffering' = '1000000';
CREATE TABLE u (id INT PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='u', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT id, v FROM u;
INSERT INTO u VALUES (1, 10);
INSERT INTO u VALUES (1, 11);
--@rows: [[1, 11]]
SELECT * FROM t;

--@test: what a table refuses
CREATE STREAM s (id INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE u (id INT PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='u', VALUE_FORMAT='JSON', PARTITIONS=1);
--@expect.error: PRIMARY KEY
CREATE TABLE t (v INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);
--@expect.error: please use 'PRIMARY KEY' for tables
CREATE TABLE t (id INT KEY, v INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);
--@expect.error: please use 'KEY' for streams
CREATE STREAM t (id INT PRIMARY KEY) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);
--@expect.error: Please use CREATE STREAM AS SELECT
CREATE TABLE t AS SELECT * FROM s;
--@expect.error: Please use CREATE TABLE AS SELECT
CREATE STREAM t AS SELECT * FROM u;
--@expect.error: Value for primary key column(s) ID
INSERT INTO u (v) VALUES (1);
--@expect.error: isn't queryable
SELECT * FROM u;

--@test: a key of several columns may hold a NULL, a record without a key is left out
CREATE STREAM bytes (k VARCHAR KEY, v VARCHAR)
  WITH (KAFKA_TOPIC='u', VALUE_FORMAT='KAFKA', PARTITIONS=1);
CREATE TABLE u (a INT PRIMARY KEY, b INT PRIMARY KEY, v INT)
  WITH (KAFKA_TOPIC='u', FORMAT='JSON');
CREATE TABLE t AS SELECT a, b, v FROM u WHERE v > 0;
INSERT INTO bytes VALUES ('{"A":1}', '{"V":1}');
INSERT INTO bytes VALUES ('{"A":1,"B":null}', '{"V":2}');
INSERT INTO bytes VALUES ('{"A":1,"B":0}', '{"V":3}');
INSERT INTO bytes VALUES (NULL, '{"V":4}');
INSERT INTO bytes VALUES ('{"A":1}', '{"V":0}');
ASSERT VALUES t (a, b, v) VALUES (1, NULL, 1);
ASSERT VALUES t (a, b, v) VALUES (1, NULL, 2);
ASSERT VALUES t (a, b, v) VALUES (1, 0, 3);
ASSERT NULL VALUES t (a, b) KEY (1, NULL);
ASSERT NO MORE VALUES t;
--@rows: [[1, 0, 3]]
SELECT * FROM t;

--@test: a table knows where the records of its rows stand, in pulls, in filters and after a restart
CREATE TABLE t (k INT PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE places AS SELECT k, v, ROWOFFSET AS o, ROWPARTITION AS p FROM t;
CREATE TABLE early AS SELECT k, v FROM t WHERE ROWOFFSET < 3;
INSERT INTO t VALUES (1, 10);
INSERT INTO t VALUES (2, 20);
INSERT INTO t VALUES (1, 11);
--@restart
INSERT INTO t VALUES (2, 21);
INSERT INTO t VALUES (2, 22);
ASSERT VALUES places (k, v, o, p) VALUES (1, 10, 0, 0);
ASSERT VALUES places (k, v, o, p) VALUES (2, 20, 1, 0);
ASSERT VALUES places (k, v, o, p) VALUES (1, 11, 2, 0);
ASSERT VALUES places (k, v, o, p) VALUES (2, 21, 3, 0);
ASSERT VALUES places (k, v, o, p) VALUES (2, 22, 4, 0);
ASSERT VALUES early (k, v) VALUES (1, 10);
ASSERT VALUES early (k, v) VALUES (2, 20);
ASSERT VALUES early (k, v) VALUES (1, 11);
ASSERT NULL VALUES early (k) KEY (2);
ASSERT NO MORE VALUES early;
--@rows: [[1, 11, 2, 0], [2, 22, 4, 0]]
SELECT * FROM places;
--@rows: [[1, 11]]
SELECT * FROM early;
