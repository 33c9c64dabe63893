--@test: COLLECT_LIST keeps all, COLLECT_SET each once
CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT k, COLLECT_LIST(v) AS items, COLLECT_SET(v) AS distinct_values FROM s GROUP BY k;
INSERT INTO s VALUES (1, 5);
INSERT INTO s VALUES (1, NULL);
INSERT INTO s VALUES (1, 5);
ASSERT VALUES t (k, items, distinct_values) VALUES (1, ARRAY[5], ARRAY[5]);
ASSERT VALUES t (k, items, distinct_values) VALUES (1, ARRAY[5, NULL], ARRAY[5, NULL]);
ASSERT VALUES t (k, items, distinct_values) VALUES (1, ARRAY[5, NULL, 5], ARRAY[5, NULL]);
ASSERT NO MORE VALUES t;
--@rows: [[1, [5, null, 5], [5, null]]]
SELECT * FROM t;

--@test: the limits of a session become part of the query and outlive a restart
CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
SET 'ksql.functions.collect_list.limit' = '2';
SET 'ksql.functions.collect_set.limit' = '1';
CREATE TABLE t AS SELECT k, COLLECT_LIST(v) AS items, COLLECT_SET(v) AS one FROM s GROUP BY k;
UNSET 'ksql.functions.collect_list.limit';
CREATE TABLE u AS SELECT k, COLLECT_LIST(v) AS items FROM s GROUP BY k;
INSERT INTO s VALUES (1, 10);
INSERT INTO s VALUES (1, 20);
--@restart
INSERT INTO s VALUES (1, 30);
--@rows: [[1, [10, 20], [10]]]
SELECT * FROM t;
--@rows: [[1, [10, 20, 30]]]
SELECT * FROM u;
--@expect.error: expected a whole number, -1 for no limit
SET 'ksql.functions.collect_set.limit' = 'many';

--@test: TOPK, TOPKDISTINCT and the values at either end
CREATE STREAM s (k INT KEY, v INT, name VARCHAR)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT k, TOPK(v, 2) AS a, TOPKDISTINCT(v, 2) AS b,
  EARLIEST_BY_OFFSET(v) AS c, LATEST_BY_OFFSET(v, false) AS d, LATEST_BY_OFFSET(name, 2) AS e
  FROM s GROUP BY k;
INSERT INTO s VALUES (1, 7, 'a');
INSERT INTO s VALUES (1, 9, 'b');
INSERT INTO s VALUES (1, 9, NULL);
INSERT INTO s VALUES (1, NULL, 'c');
--@rows: [[1, [9, 9], [9, 7], 7, null, ["b", "c"]]]
SELECT * FROM t;

--@test: TOPK of several columns gives structs
CREATE STREAM s (k INT KEY, v INT, name VARCHAR)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT k, TOPK(v, name, 1) AS best FROM s GROUP BY k;
CREATE STREAM bytes (k VARCHAR KEY, v VARCHAR) WITH (KAFKA_TOPIC='T', VALUE_FORMAT='KAFKA');
INSERT INTO s VALUES (1, 7, 'a');
INSERT INTO s VALUES (1, 9, 'b');
ASSERT VALUES bytes (v) VALUES ('{"BEST":[{"sort_col":7,"col0":"a"}]}');
ASSERT VALUES bytes (v) VALUES ('{"BEST":[{"sort_col":9,"col0":"b"}]}');

--@test: equal calls with different literals are different aggregates
CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT k, TOPK(v, 1) AS one, TOPK(v, 2) AS two, TOPK(v, 1) AS again
  FROM s GROUP BY k;
INSERT INTO s VALUES (1, 7);
INSERT INTO s VALUES (1, 9);
--@rows: [[1, [9], [9, 7], [9]]]
SELECT * FROM t;

--@test: HISTOGRAM, ATTR, SUM_LIST and COUNT_DISTINCT
CREATE STREAM s (k INT KEY, page VARCHAR, sizes ARRAY<INT>)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT k, HISTOGRAM(page) AS h, ATTR(page) AS a, SUM_LIST(sizes) AS total,
  COUNT_DISTINCT(page) AS n FROM s GROUP BY k;
INSERT INTO s VALUES (1, 'x', ARRAY[1, 2]);
ASSERT VALUES t (k, h, a, total, n) VALUES (1, MAP('x' := CAST(1 AS BIGINT)), 'x', 3, 1);
INSERT INTO s VALUES (1, 'x', NULL);
ASSERT VALUES t (k, h, a, total, n) VALUES (1, MAP('x' := CAST(2 AS BIGINT)), 'x', 3, 1);
INSERT INTO s VALUES (1, 'y', ARRAY[NULL, 4]);
--@rows: [[1, {"x": 2, "y": 1}, null, 7, 2]]
SELECT * FROM t;

--@test: the spread of values and how two columns go together
CREATE STREAM s (k INT KEY, x INT, y INT)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT k, STDDEV_SAMPLE(x) AS deviation, STDDEV_SAMP(x) AS variance,
  CORRELATION(x, y) AS together FROM s GROUP BY k;
INSERT INTO s VALUES (1, 1, 30);
INSERT INTO s VALUES (1, 5, 20);
INSERT INTO s VALUES (1, 9, 10);
--@rows: [[1, 4.0, 16.0, -1.0]]
SELECT * FROM t;

--@test: over a table the old row is taken back
CREATE TABLE s (k INT PRIMARY KEY, g INT, v INT)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT g, COLLECT_LIST(v) AS items, ATTR(v) AS a FROM s GROUP BY g;
INSERT INTO s VALUES (1, 0, 10);
INSERT INTO s VALUES (2, 0, 20);
INSERT INTO s VALUES (1, 0, 20);
ASSERT VALUES t (g, items, a) VALUES (0, ARRAY[10], 10);
ASSERT VALUES t (g, items, a) VALUES (0, ARRAY[10, 20], NULL);
ASSERT VALUES t (g, items, a) VALUES (0, ARRAY[20, 20], 20);
--@expect.error: TOPK, COLLECT_SET cannot be applied to a table, only to a stream
CREATE TABLE u AS SELECT g, TOPK(v, 1) AS a, COLLECT_SET(v) AS b FROM s GROUP BY g;

--@test: arguments that have to be literals
CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
--@expect.error: Parameter 2 passed to function TOPK must be a literal constant, but was expression: 'V'
CREATE TABLE t AS SELECT k, TOPK(v, v) FROM s GROUP BY k;
--@expect.error: Parameter 3 passed to function LATEST_BY_OFFSET must be a literal constant
CREATE TABLE t AS SELECT k, LATEST_BY_OFFSET(v, 1, v > 0) FROM s GROUP BY k;
--@expect.error: EARLIEST_BY_OFFSET keeps n values: n must be 1 or more, but found 0.
CREATE TABLE t AS SELECT k, EARLIEST_BY_OFFSET(v, 0) FROM s GROUP BY k;
--@expect.error: TOPK keeps the k greatest values: k must be 1 or more, but found -1.
CREATE TABLE t AS SELECT k, TOPK(v, -1) FROM s GROUP BY k;
--@expect.error: Function 'TOPK' does not accept parameters (INTEGER, STRING).
CREATE TABLE t AS SELECT k, TOPK(v, 'x') FROM s GROUP BY k;

--@test: a source in the format DELIMITED holds the state of simple aggregates only
CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='DELIMITED', PARTITIONS=1);
CREATE TABLE t AS SELECT k, COUNT(*) AS n, MAX(v) AS high FROM s GROUP BY k;
INSERT INTO s VALUES (1, 7);
ASSERT VALUES t (k, n, high) VALUES (1, 1, 7);
--@expect.error: The state of AVG, LATEST_BY_OFFSET has an intermediate type that the value format DELIMITED of S cannot hold.
CREATE TABLE u AS SELECT k, AVG(v) AS a, LATEST_BY_OFFSET(v) AS b FROM s GROUP BY k;
