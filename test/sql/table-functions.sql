--@test: EXPLODE gives a row per element
CREATE STREAM s (k INT KEY, id INT, items ARRAY<VARCHAR>)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM t AS SELECT k, id, EXPLODE(items) AS item FROM s;
INSERT INTO s (k, id, items, ROWTIME) VALUES (1, 10, ARRAY['a', NULL, 'b'], 5);
INSERT INTO s (k, id, items, ROWTIME) VALUES (2, 20, NULL, 6);
INSERT INTO s (k, id, items, ROWTIME) VALUES (3, 30, ARRAY['c'], 7);
ASSERT VALUES t (k, id, item, ROWTIME) VALUES (1, 10, 'a', 5);
ASSERT VALUES t (k, id, item, ROWTIME) VALUES (1, 10, NULL, 5);
ASSERT VALUES t (k, id, item, ROWTIME) VALUES (1, 10, 'b', 5);
ASSERT VALUES t (k, id, item, ROWTIME) VALUES (3, 30, 'c', 7);
ASSERT NO MORE VALUES t;

--@test: several table functions are zipped, the shorter filled up with nulls
CREATE STREAM s (k INT KEY, a ARRAY<INT>, b ARRAY<INT>)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM t AS SELECT k, EXPLODE(a) AS x, EXPLODE(b) * 10 AS y, EXPLODE(a) + 1 AS z FROM s;
INSERT INTO s VALUES (1, ARRAY[1, 2], ARRAY[3]);
INSERT INTO s VALUES (2, NULL, ARRAY[4]);
ASSERT VALUES t (k, x, y, z) VALUES (1, 1, 30, 2);
ASSERT VALUES t (k, x, y, z) VALUES (1, 2, NULL, 3);
ASSERT VALUES t (k, x, y, z) VALUES (2, NULL, 40, NULL);
ASSERT NO MORE VALUES t;

--@test: WHERE comes before the expansion and PARTITION BY beside it
CREATE STREAM s (k INT KEY, g VARCHAR, a ARRAY<INT>)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM t AS SELECT g, EXPLODE(a) AS x, k FROM s WHERE k > 1 PARTITION BY g;
CREATE STREAM u AS SELECT EXPLODE(a) AS x FROM s PARTITION BY NULL;
INSERT INTO s VALUES (1, 'x', ARRAY[1, 2]);
INSERT INTO s VALUES (2, 'y', ARRAY[3, 4]);
ASSERT VALUES t (g, x, k) VALUES ('y', 3, 2);
ASSERT VALUES t (g, x, k) VALUES ('y', 4, 2);
ASSERT NO MORE VALUES t;
ASSERT VALUES u (x) VALUES (1);
ASSERT VALUES u (x) VALUES (2);

--@test: CUBE_EXPLODE gives every way to leave elements out
CREATE STREAM s (k INT KEY, a INT, b INT)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM t AS SELECT k, CUBE_EXPLODE(ARRAY[a, b]) AS c FROM s;
INSERT INTO s VALUES (1, 5, NULL);
INSERT INTO s VALUES (1, 5, 6);
ASSERT VALUES t (k, c) VALUES (1, ARRAY[CAST(NULL AS INT), NULL]);
ASSERT VALUES t (k, c) VALUES (1, ARRAY[5, NULL]);
ASSERT VALUES t (k, c) VALUES (1, ARRAY[CAST(NULL AS INT), NULL]);
ASSERT VALUES t (k, c) VALUES (1, ARRAY[CAST(NULL AS INT), 6]);
ASSERT VALUES t (k, c) VALUES (1, ARRAY[5, NULL]);
ASSERT VALUES t (k, c) VALUES (1, ARRAY[5, 6]);

--@test: the rows of an expanded stream can be grouped and pulled
CREATE STREAM s (k INT KEY, a ARRAY<VARCHAR>)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM words AS SELECT k, EXPLODE(a) AS word FROM s;
CREATE TABLE t AS SELECT word, COUNT(*) AS n FROM words GROUP BY word;
INSERT INTO s VALUES (1, ARRAY['x', 'y', 'x']);
ASSERT VALUES t (word, n) VALUES ('x', 1);
ASSERT VALUES t (word, n) VALUES ('y', 1);
ASSERT VALUES t (word, n) VALUES ('x', 2);
--@rows: [["x"], ["y"], ["x"]]
SELECT EXPLODE(a) FROM s;

--@test: where table functions may not stand
CREATE STREAM s (k INT KEY, a ARRAY<INT>, n ARRAY<ARRAY<INT>>, m MAP<VARCHAR, INT>)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE u (k INT PRIMARY KEY, a ARRAY<INT>)
  WITH (KAFKA_TOPIC='u', VALUE_FORMAT='JSON', PARTITIONS=1);
--@expect.error: Function 'explode' does not accept parameters (MAP<STRING, INTEGER>).
CREATE STREAM t AS SELECT k, EXPLODE(m) FROM s;
--@expect.error: Table source is not supported with table functions such as EXPLODE
CREATE TABLE t AS SELECT k, EXPLODE(a) FROM u;
--@expect.error: Table functions cannot be used with aggregations, but EXPLODE is.
CREATE TABLE t AS SELECT k, EXPLODE(a), COUNT(*) FROM s GROUP BY k;
--@expect.error: The argument of a table function cannot contain the table function EXPLODE
CREATE STREAM t AS SELECT k, EXPLODE(EXPLODE(n)) FROM s;
--@expect.error: Table functions cannot be used in CASE: EXPLODE makes rows
CREATE STREAM t AS SELECT k, CASE WHEN k > 1 THEN EXPLODE(a) ELSE 0 END FROM s;
--@expect.error: WHERE cannot contain the table function EXPLODE
CREATE STREAM t AS SELECT * FROM s WHERE EXPLODE(a) > 1;
--@expect.error: PARTITION BY cannot contain the table function EXPLODE
CREATE STREAM t AS SELECT * FROM s PARTITION BY EXPLODE(a);
