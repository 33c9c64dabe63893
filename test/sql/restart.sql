--@test: a query goes on where it stood, with its state
CREATE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT k, COUNT(*) AS n, SUM(v) AS total, AVG(v) AS mean FROM s GROUP BY k;
INSERT INTO s VALUES ('a', 1);
INSERT INTO s VALUES ('b', 5);
--@restart
INSERT INTO s VALUES ('a', 2);
ASSERT VALUES t (k, n, total, mean) VALUES ('a', 1, 1, 1.0);
ASSERT VALUES t (k, n, total, mean) VALUES ('b', 1, 5, 5.0);
ASSERT VALUES t (k, n, total, mean) VALUES ('a', 2, 3, 1.5);
ASSERT NO MORE VALUES t;
--@restart
--@rows: [["a", 2, 3, 1.5], ["b", 1, 5, 5.0]]
SELECT * FROM t;

--@test: windows, late rows and stream time are remembered
CREATE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT k, COUNT(*) AS n
  FROM s WINDOW TUMBLING (SIZE 1 SECOND, GRACE PERIOD 1 SECOND) GROUP BY k;
INSERT INTO s (k, v, ROWTIME) VALUES ('a', 1, 500);
INSERT INTO s (k, v, ROWTIME) VALUES ('a', 1, 1500);
INSERT INTO s (k, v, ROWTIME) VALUES ('a', 1, 2000);
--@restart
INSERT INTO s (k, v, ROWTIME) VALUES ('a', 1, 600);
INSERT INTO s (k, v, ROWTIME) VALUES ('a', 1, 1600);
ASSERT VALUES t (k, n, WINDOWSTART) VALUES ('a', 1, 0);
ASSERT VALUES t (k, n, WINDOWSTART) VALUES ('a', 1, 1000);
ASSERT VALUES t (k, n, WINDOWSTART) VALUES ('a', 1, 2000);
ASSERT VALUES t (k, n, WINDOWSTART) VALUES ('a', 2, 1000);
ASSERT NO MORE VALUES t;
--@restart
--@rows: [[1000, 2], [2000, 1]]
SELECT WINDOWSTART, n FROM t WHERE k = 'a';

--@test: a join finds the table rows from before
CREATE TABLE u (id INT PRIMARY KEY, name VARCHAR)
  WITH (KAFKA_TOPIC='u', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM s (k INT KEY, ref INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM j AS SELECT ref, k, name FROM s LEFT JOIN u ON s.ref = u.id;
INSERT INTO u VALUES (1, 'ann');
--@restart
INSERT INTO s VALUES (10, 1);
INSERT INTO u VALUES (1, 'anna');
--@restart
INSERT INTO s VALUES (11, 1);
ASSERT VALUES j (ref, k, name) VALUES (1, 10, 'ann');
ASSERT VALUES j (ref, k, name) VALUES (1, 11, 'anna');
ASSERT NO MORE VALUES j;

--@test: HAVING knows after a restart what it had shown
CREATE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT k, SUM(v) AS total FROM s GROUP BY k HAVING SUM(v) > 10;
INSERT INTO s VALUES ('a', 20);
INSERT INTO s VALUES ('b', 5);
--@restart
INSERT INTO s VALUES ('a', -15);
INSERT INTO s VALUES ('b', 1);
ASSERT VALUES t (k, total) VALUES ('a', 20);
ASSERT NULL VALUES t (k) KEY ('a');
ASSERT NO MORE VALUES t;

--@test: a table knows after a restart the rows it had
CREATE STREAM bytes (id INT KEY, v VARCHAR)
  WITH (KAFKA_TOPIC='u', VALUE_FORMAT='KAFKA', PARTITIONS=1);
CREATE TABLE u (id INT PRIMARY KEY, city VARCHAR) WITH (KAFKA_TOPIC='u', VALUE_FORMAT='JSON');
CREATE TABLE t AS SELECT city, COUNT(*) AS n FROM u GROUP BY city;
INSERT INTO u VALUES (1, 'rome');
INSERT INTO u VALUES (2, 'rome');
--@restart
INSERT INTO u VALUES (1, 'oslo');
INSERT INTO bytes VALUES (2, NULL);
--@rows: [["oslo", 1], ["rome", 0]]
SELECT * FROM t;

--@test: definitions, drops, terminations and replacements are remembered
CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM kept AS SELECT k, v FROM s WHERE v > 10;
CREATE STREAM gone AS SELECT k, v FROM s;
CREATE STREAM stopped AS SELECT k, v FROM s;
CREATE OR REPLACE STREAM kept AS SELECT k, v + 1 AS v FROM s;
DROP STREAM gone;
--@restart
INSERT INTO s VALUES (1, 5);
ASSERT VALUES kept (k, v) VALUES (1, 6);
ASSERT VALUES stopped (k, v) VALUES (1, 5);
--@expect.error: does not exist
SELECT * FROM gone;
TERMINATE ALL;
--@restart
INSERT INTO s VALUES (2, 7);
ASSERT NO MORE VALUES kept;
ASSERT NO MORE VALUES stopped;

--@test: rows inserted while a query was terminated are read by the one that follows
CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;
INSERT INTO s VALUES (1, 1);
DROP TABLE t;
INSERT INTO s VALUES (1, 1);
--@restart
CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;
--@rows: [[1, 2]]
SELECT * FROM t;

--@test: a chain of queries adds nothing and loses nothing over restarts
CREATE STREAM s (k INT KEY, v BIGINT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=2);
CREATE STREAM moved AS SELECT v, k FROM s PARTITION BY v;
CREATE TABLE t AS SELECT v, COUNT(*) AS n FROM moved GROUP BY v;
CREATE TABLE u AS SELECT v, n * 100 AS n FROM t;
INSERT INTO s VALUES (1, 9007199254740993);
--@restart
INSERT INTO s VALUES (2, 9007199254740993);
--@restart
INSERT INTO s VALUES (3, 9007199254740993);
--@restart
--@rows: [[9007199254740993, 300]]
SELECT * FROM u;
--@rows.unordered: [[1], [2], [3]]
SELECT k FROM moved;
