--@test: COUNT, SUM, AVG, MIN and MAX per key, one result per row
CREATE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT k, COUNT(*) AS n, COUNT(v) AS c, SUM(v) AS total, AVG(v) AS mean,
  MIN(v) AS low, MAX(v) AS high FROM s GROUP BY k;
INSERT INTO s (k, v, ROWTIME) VALUES ('a', 4, 10);
INSERT INTO s (k, v, ROWTIME) VALUES ('a', 1, 30);
INSERT INTO s (k, v, ROWTIME) VALUES ('b', 7, 20);
INSERT INTO s (k, v, ROWTIME) VALUES ('a', NULL, 20);
ASSERT VALUES t (k, n, c, total, mean, low, high, ROWTIME) VALUES ('a', 1, 1, 4, 4.0, 4, 4, 10);
ASSERT VALUES t (k, n, c, total, mean, low, high, ROWTIME) VALUES ('a', 2, 2, 5, 2.5, 1, 4, 30);
ASSERT VALUES t (k, n, c, total, mean, low, high, ROWTIME) VALUES ('b', 1, 1, 7, 7.0, 7, 7, 20);
ASSERT VALUES t (k, n, c, total, mean, low, high, ROWTIME) VALUES ('a', 3, 2, 5, 2.5, 1, 4, 30);
ASSERT NO MORE VALUES t;
--@rows: [["a", 3, 2, 5, 2.5, 1, 4]]
SELECT * FROM t WHERE k = 'a';

--@test: aggregates of nothing but NULL
CREATE STREAM s (k INT KEY, i INT, d DOUBLE)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT k, COUNT(i) AS c, SUM(i) AS si, SUM(d) AS sd, AVG(d) AS a, MIN(i) AS low,
  MAX(d) AS high FROM s GROUP BY k;
INSERT INTO s (k) VALUES (1);
ASSERT VALUES t (k, c, si, sd, a, low, high) VALUES (1, 0, 0, 0.0, 0.0, NULL, NULL);

--@test: sums keep the type of their argument
CREATE STREAM s (k INT KEY, i INT, l BIGINT, m DECIMAL(5, 2))
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT k, SUM(i) AS si, SUM(l) AS sl, SUM(m) AS sm FROM s GROUP BY k;
INSERT INTO s VALUES (1, 2147483647, 9007199254740992, 0.10);
INSERT INTO s VALUES (1, 1, 1, 0.20);
ASSERT VALUES t (si, sl, sm) VALUES (2147483647, 9007199254740992, 0.10);
ASSERT VALUES t (si, sl, sm) VALUES (-2147483648, 9007199254740993, 0.30);

--@test: MIN and MAX order text by code unit and decimals by value
CREATE STREAM s (k INT KEY, v VARCHAR, m DECIMAL(5, 2))
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT k, MIN(v) AS a, MAX(v) AS z, MIN(m) AS low, MAX(m) AS high
  FROM s GROUP BY k;
INSERT INTO s VALUES (1, 'b', 9.5);
INSERT INTO s VALUES (1, 'B', -10);
INSERT INTO s VALUES (1, 'a', 10);
--@rows: [["B", "b", -10.00, 10.00]]
SELECT a, z, low, high FROM t WHERE k = 1;

--@test: a record without a value is not counted
CREATE STREAM bytes (k VARCHAR KEY, v VARCHAR)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='KAFKA', PARTITIONS=1);
CREATE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;
INSERT INTO bytes VALUES ('a', NULL);
INSERT INTO bytes VALUES ('a', '{}');
ASSERT VALUES t (k, n) VALUES ('a', 1);
ASSERT NO MORE VALUES t;

--@test: a row without a grouping value is left out
CREATE STREAM s (k VARCHAR KEY, g INT, d INT)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE by_key AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;
CREATE TABLE by_column AS SELECT g, COUNT(*) AS n FROM s GROUP BY g;
CREATE TABLE by_expression AS SELECT 10 / d AS q, COUNT(*) AS n FROM s GROUP BY 10 / d;
INSERT INTO s (k, g, d) VALUES (NULL, 1, 5);
INSERT INTO s (k, g, d) VALUES ('a', NULL, 0);
ASSERT VALUES by_key (k, n) VALUES ('a', 1);
ASSERT NO MORE VALUES by_key;
ASSERT VALUES by_column (g, n) VALUES (1, 1);
ASSERT NO MORE VALUES by_column;
ASSERT VALUES by_expression (q, n) VALUES (2, 1);
ASSERT NO MORE VALUES by_expression;

--@test: HAVING gives a deletion when a group stops matching, and nothing while it never did
CREATE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT k, SUM(v) AS total FROM s GROUP BY k HAVING SUM(v) > 10;
INSERT INTO s VALUES ('a', 5);
INSERT INTO s VALUES ('a', 6);
INSERT INTO s VALUES ('a', 0);
INSERT INTO s VALUES ('a', -7);
INSERT INTO s VALUES ('a', -1);
INSERT INTO s VALUES ('b', 20);
INSERT INTO s VALUES ('a', 50);
ASSERT VALUES t (k, total) VALUES ('a', 11);
ASSERT VALUES t (k, total) VALUES ('a', 11);
ASSERT NULL VALUES t (k) KEY ('a');
ASSERT VALUES t (k, total) VALUES ('b', 20);
ASSERT VALUES t (k, total) VALUES ('a', 53);
ASSERT NO MORE VALUES t;

--@test: a group that HAVING rejects is not found by a pull query
CREATE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM s GROUP BY k HAVING COUNT(*) > 1;
INSERT INTO s VALUES ('a', 1);
INSERT INTO s VALUES ('b', 1);
INSERT INTO s VALUES ('b', 1);
--@rows: []
SELECT * FROM t WHERE k = 'a';
--@rows: [["b", 2]]
SELECT * FROM t;

--@test: several columns make a key
CREATE STREAM s (a INT, b VARCHAR, v BIGINT)
  WITH (KAFKA_TOPIC='s', KEY_FORMAT='JSON', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT a, b, SUM(v) AS total FROM s GROUP BY a, b;
CREATE STREAM keys (k VARCHAR KEY, v VARCHAR) WITH (KAFKA_TOPIC='T', VALUE_FORMAT='KAFKA');
INSERT INTO s VALUES (1, 'x', 10);
INSERT INTO s VALUES (1, 'y', 20);
INSERT INTO s VALUES (1, 'x', 5);
ASSERT VALUES t (a, b, total) VALUES (1, 'x', 10);
ASSERT VALUES t (a, b, total) VALUES (1, 'y', 20);
ASSERT VALUES t (a, b, total) VALUES (1, 'x', 15);
ASSERT VALUES keys (k, v) VALUES ('{"A":1,"B":"x"}', '{"TOTAL":10}');
--@rows: [[15]]
SELECT total FROM t WHERE b = 'x' AND a = 1;

--@test: the key format of a source is not changed for a key of several columns
CREATE STREAM s (a INT, b INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
--@expect.error: KAFKA
CREATE TABLE t AS SELECT a, b, COUNT(*) AS n FROM s GROUP BY a, b;

--@test: an expression makes a key, named by its alias
CREATE STREAM s (name VARCHAR, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT UCASE(name) AS upper, COUNT(*) AS n FROM s GROUP BY UCASE(name);
INSERT INTO s VALUES ('ann', 1);
INSERT INTO s VALUES ('Ann', 1);
INSERT INTO s VALUES ('bob', 1);
ASSERT VALUES t (upper, n) VALUES ('ANN', 1);
ASSERT VALUES t (upper, n) VALUES ('ANN', 2);
ASSERT VALUES t (upper, n) VALUES ('BOB', 1);
--@rows: [["ANN", 2]]
SELECT * FROM t WHERE upper = 'ANN';

--@test: aggregates stand in expressions, beside literals and grouping expressions
CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT k, SUM(v) * 2 + COUNT(*) AS x, SUM(v + 1) AS y, k + 1 AS z, 'lit' AS l
  FROM s WHERE v > 0 GROUP BY k;
INSERT INTO s VALUES (1, 10);
INSERT INTO s VALUES (1, -5);
INSERT INTO s VALUES (1, 20);
ASSERT VALUES t (k, x, y, z, l) VALUES (1, 21, 11, 2, 'lit');
ASSERT VALUES t (k, x, y, z, l) VALUES (1, 62, 32, 2, 'lit');
ASSERT NO MORE VALUES t;

--@test: groups of rows from several partitions meet
CREATE STREAM s (k INT KEY, g VARCHAR) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=4);
CREATE TABLE t WITH (PARTITIONS=1) AS SELECT g, COUNT(*) AS n FROM s GROUP BY g;
INSERT INTO s VALUES (1, 'x');
INSERT INTO s VALUES (2, 'x');
INSERT INTO s VALUES (3, 'y');
INSERT INTO s VALUES (4, 'x');
INSERT INTO s VALUES (5, 'x');
ASSERT VALUES t (g, n) VALUES ('x', 1);
ASSERT VALUES t (g, n) VALUES ('x', 2);
ASSERT VALUES t (g, n) VALUES ('y', 1);
ASSERT VALUES t (g, n) VALUES ('x', 3);
ASSERT VALUES t (g, n) VALUES ('x', 4);
--@rows.unordered: [["y", 1], ["x", 4]]
SELECT * FROM t;

--@test: a table is aggregated by taking the old row out and the new one in
CREATE TABLE users (id INT PRIMARY KEY, city VARCHAR, age INT)
  WITH (KAFKA_TOPIC='users', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT city, COUNT(*) AS n, SUM(age) AS ages FROM users GROUP BY city;
CREATE STREAM bytes (id INT KEY, v VARCHAR) WITH (KAFKA_TOPIC='users', VALUE_FORMAT='KAFKA');
INSERT INTO users VALUES (1, 'rome', 30);
INSERT INTO users VALUES (2, 'rome', 20);
INSERT INTO users VALUES (1, 'oslo', 31);
INSERT INTO users VALUES (2, 'rome', 25);
INSERT INTO bytes VALUES (2, NULL);
INSERT INTO bytes VALUES (9, NULL);
ASSERT VALUES t (city, n, ages) VALUES ('rome', 1, 30);
ASSERT VALUES t (city, n, ages) VALUES ('rome', 2, 50);
ASSERT VALUES t (city, n, ages) VALUES ('rome', 1, 20);
ASSERT VALUES t (city, n, ages) VALUES ('oslo', 1, 31);
ASSERT VALUES t (city, n, ages) VALUES ('rome', 1, 25);
ASSERT VALUES t (city, n, ages) VALUES ('rome', 0, 0);
ASSERT NO MORE VALUES t;

--@test: what GROUP BY refuses
CREATE STREAM s (k INT KEY, a INT, b INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE u (k INT PRIMARY KEY, g INT, a INT)
  WITH (KAFKA_TOPIC='u', VALUE_FORMAT='JSON', PARTITIONS=1);
--@expect.error: GROUP BY requires an aggregate function
CREATE TABLE t AS SELECT a, b FROM s GROUP BY a;
--@expect.error: SELECT contains B outside of aggregate functions
CREATE TABLE t AS SELECT a, b, COUNT(*) AS n FROM s GROUP BY a;
--@expect.error: Key missing from projection
CREATE TABLE t AS SELECT COUNT(*) AS n FROM s GROUP BY a;
--@expect.error: GROUP BY contains A twice
CREATE TABLE t AS SELECT a, COUNT(*) AS n FROM s GROUP BY a, a;
--@expect.error: aggregate
CREATE TABLE t AS SELECT a, SUM(COUNT(*)) AS n FROM s GROUP BY a;
--@expect.error: MIN
CREATE TABLE t AS SELECT g, MIN(a) AS low FROM u GROUP BY g;
--@expect.error: Please use CREATE TABLE AS SELECT
CREATE STREAM t AS SELECT a, COUNT(*) AS n FROM s GROUP BY a;
--@expect.error: needs a GROUP BY clause
CREATE TABLE t AS SELECT COUNT(*) AS n FROM s;

--@test: without GROUP BY a push query aggregates all rows
CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
INSERT INTO s VALUES (1, 10);
INSERT INTO s VALUES (2, 20);
--@rows: [[1, 10], [2, 30]]
SELECT COUNT(*) AS n, SUM(v) AS total FROM s EMIT CHANGES LIMIT 2;
