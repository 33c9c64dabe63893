--@test: a key lookup finds the row of a key, several keys several rows
CREATE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=3);
CREATE TABLE t AS SELECT k, SUM(v) AS total FROM s GROUP BY k;
INSERT INTO s VALUES ('a', 1);
INSERT INTO s VALUES ('b', 2);
INSERT INTO s VALUES ('c', 3);
INSERT INTO s VALUES ('a', 10);
--@rows: [["a", 11]]
SELECT * FROM t WHERE k = 'a';
--@rows: [["a", 11]]
SELECT * FROM t WHERE 'a' = k;
--@rows: []
SELECT * FROM t WHERE k = 'z';
--@rows.unordered: [["a", 11], ["c", 3]]
SELECT * FROM t WHERE k IN ('a', 'c', 'z', 'a');
--@rows.unordered: [["a", 11], ["b", 2]]
SELECT * FROM t WHERE k = 'a' OR k = 'b' OR k = 'a';
--@rows: []
SELECT * FROM t WHERE k = 'a' AND total > 11;
--@rows: [["b", 2]]
SELECT * FROM t WHERE k = 'a' AND total > 11 OR k = 'b';
--@rows: [["A!", 22, 1]]
SELECT UCASE(k) + '!' AS k2, total * 2, 1 FROM t WHERE k = LCASE('A');

--@test: a range or another condition reads the whole table, partition by partition in key order
CREATE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT k, SUM(v) AS total FROM s GROUP BY k;
INSERT INTO s VALUES ('b', 2);
INSERT INTO s VALUES ('a', 1);
INSERT INTO s VALUES ('ab', 4);
INSERT INTO s VALUES ('B', 3);
--@rows: [["B", 3], ["a", 1], ["ab", 4], ["b", 2]]
SELECT * FROM t;
--@rows: [["ab", 4], ["b", 2]]
SELECT * FROM t WHERE k > 'a';
--@rows: [["a", 1], ["ab", 4]]
SELECT * FROM t WHERE k LIKE 'a%';
--@rows: [["a", 1], ["b", 2]]
SELECT * FROM t WHERE total BETWEEN 1 AND 2;
--@rows: [["B", 3], ["ab", 4], ["b", 2]]
SELECT * FROM t WHERE k <> 'a';
--@rows: [["B", 3], ["a", 1]]
SELECT * FROM t LIMIT 2;
--@rows: []
SELECT * FROM t LIMIT 0;
SET 'ksql.query.pull.table.scan.enabled' = 'false';
--@rows: [["a", 1]]
SELECT * FROM t WHERE k = 'a';
--@expect.error: ksql.query.pull.table.scan.enabled
SELECT * FROM t WHERE total = 1;

--@test: integer keys are scanned in the order of their values
CREATE STREAM s (k BIGINT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;
INSERT INTO s VALUES (2, 1);
INSERT INTO s VALUES (9007199254740993, 1);
INSERT INTO s VALUES (-3, 1);
INSERT INTO s VALUES (10, 1);
--@rows: [[-3], [2], [10], [9007199254740993]]
SELECT k FROM t;
--@rows: [[9007199254740993]]
SELECT k FROM t WHERE k = 9007199254740993;
--@rows: []
SELECT k FROM t WHERE k = 9007199254740992;

--@test: key values widen to the type of the key, and only widen
CREATE STREAM s (k DOUBLE KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM s2 (k INT KEY, v INT) WITH (KAFKA_TOPIC='s2', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;
CREATE TABLE t2 AS SELECT k, COUNT(*) AS n FROM s2 GROUP BY k;
INSERT INTO s VALUES (10, 1);
INSERT INTO s2 VALUES (10, 1);
--@rows: [[10.0, 1]]
SELECT * FROM t WHERE k = 10;
--@rows: [[10.0, 1]]
SELECT * FROM t WHERE k = 10.0;
--@rows: [[10.0, 1]]
SELECT * FROM t WHERE k = 1E1;
--@expect.error: cannot be compared
SELECT * FROM t2 WHERE k = '10';
--@expect.error: can not be NULL
SELECT * FROM t2 WHERE k IN (10, NULL);

--@test: a pull query sees what is committed, of all tables at one moment
CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;
CREATE TABLE u AS SELECT k, n * 10 AS n FROM t;
INSERT INTO s VALUES (1, 1);
--@rows: [[1, 1]]
SELECT * FROM t;
--@rows: [[1, 10]]
SELECT * FROM u;
INSERT INTO s VALUES (1, 1);
--@rows: [[1, 2]]
SELECT * FROM t WHERE k = 1;
--@rows: [[1, 20]]
SELECT * FROM u WHERE k = 1;

--@test: ROWTIME of a table row is the time of its last change
CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;
INSERT INTO s (k, v, ROWTIME) VALUES (1, 1, 500);
INSERT INTO s (k, v, ROWTIME) VALUES (1, 1, 300);
--@rows: [[500, 2]]
SELECT ROWTIME, n FROM t WHERE k = 1;
--@rows: [[2]]
SELECT n FROM t WHERE ROWTIME = '1970-01-01T00:00:00.500';

--@test: an expression over NULL is NULL, and can be replaced
CREATE TABLE u (k INT PRIMARY KEY, a INT) WITH (KAFKA_TOPIC='u', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT k, a FROM u;
INSERT INTO u (k) VALUES (1);
--@rows: [[null, 0, null]]
SELECT a + 1, COALESCE(a + 1, 0), 1 / 0 FROM t;

--@test: a pull query on a stream reads it to its end
CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
--@rows: []
SELECT * FROM s;
INSERT INTO s VALUES (1, 10);
INSERT INTO s VALUES (2, NULL);
INSERT INTO s VALUES (NULL, 30);
--@rows: [[1, 10], [2, null], [null, 30]]
SELECT * FROM s;
--@rows: [[null, 30]]
SELECT * FROM s WHERE k IS NULL;
--@rows: [[1]]
SELECT k FROM s LIMIT 1;
SET 'ksql.query.pull.stream.enabled' = 'false';
--@expect.error: ksql.query.pull.stream.enabled
SELECT * FROM s;

--@test: a window within the bounds of two disjuncts on one key comes twice
CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE w AS SELECT k, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY k;
INSERT INTO s (ROWTIME, k, v) VALUES (0, 1, 1);
INSERT INTO s (ROWTIME, k, v) VALUES (1000, 1, 1);
INSERT INTO s (ROWTIME, k, v) VALUES (2000, 1, 1);
--@rows: [[1, 0], [1, 1000], [1, 1000], [1, 2000]]
SELECT k, WINDOWSTART FROM w WHERE k = 1 AND WINDOWSTART <= 1000 OR k = 1 AND WINDOWSTART >= 1000;
--@rows: [[1, 0], [1, 1000], [1, 2000]]
SELECT k, WINDOWSTART FROM w WHERE k = 1 OR k = 1;

--@test: what a pull query refuses
CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE declared (k INT PRIMARY KEY, v INT)
  WITH (KAFKA_TOPIC='d', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;
--@expect.error: Pull queries don't support
SELECT k, COUNT(*) FROM t GROUP BY k;
--@expect.error: Pull queries don't support
SELECT * FROM t JOIN declared ON t.k = declared.k;
--@expect.error: Pull queries don't support
SELECT * FROM s PARTITION BY v;
--@expect.error: Pull queries don't support
SELECT ROWPARTITION FROM t;
--@expect.error: Unsupported expression in WHERE clause: (N IS NULL)
SELECT * FROM t WHERE n IS NULL;
--@expect.error: isn't queryable
SELECT * FROM declared;
--@expect.error: cannot be resolved
SELECT * FROM t WHERE nope = 1;
--@expect.error: cannot be resolved
SELECT * FROM t WHERE WINDOWSTART = 1;
TERMINATE ALL;
--@expect.error: Materializing query has been stopped
SELECT * FROM t;
