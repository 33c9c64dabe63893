--@test: lambdas run over the arrays and maps of each row, with its other columns
CREATE STREAM s (k INT KEY, a ARRAY<INT>, m MAP<VARCHAR, INT>, plus INT)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM out AS SELECT k, TRANSFORM(a, x => x + plus) AS raised, FILTER(m, (key, x) => x > plus) AS above,
  REDUCE(m, 0, (total, key, x) => total + x) AS total FROM s WHERE ARRAY_LENGTH(FILTER(a, x => x > 0)) > 0;
INSERT INTO s VALUES (1, ARRAY[1, 2], MAP('a' := 5, 'b' := 20), 10);
INSERT INTO s VALUES (2, ARRAY[-1], MAP('a' := 5), 10);
INSERT INTO s VALUES (3, ARRAY[1, NULL], MAP('a' := 50), 10);
INSERT INTO s VALUES (4, ARRAY[1], MAP('a' := 5), NULL);
ASSERT VALUES out (k, raised, above, total) VALUES (1, ARRAY[11, 12], MAP('b' := 20), 25);
ASSERT VALUES out (k, raised, above, total) VALUES (3, NULL, MAP('a' := 50), 50);
ASSERT VALUES out (k, raised, total) VALUES (4, NULL, 5);
ASSERT NO MORE VALUES out;

--@test: a lambda is part of a grouping expression and goes over what aggregates make
CREATE STREAM s (k INT KEY, a ARRAY<INT>) WITH (KAFKA_TOPIC='s', KEY_FORMAT='JSON', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT REDUCE(a, 0, (total, x) => total + x) AS total,
  TRANSFORM(GENERATE_SERIES(CAST(1 AS BIGINT), COUNT(*)), y => y + COUNT(*)) AS added
  FROM s GROUP BY REDUCE(a, 0, (sum_so_far, x) => sum_so_far + x);
INSERT INTO s VALUES (1, ARRAY[1, 2]);
INSERT INTO s VALUES (2, ARRAY[3]);
ASSERT VALUES t (total, added) VALUES (3, ARRAY[2]);
ASSERT VALUES t (total, added) VALUES (3, ARRAY[3, 4]);

--@test: a side of a join condition may contain a lambda
CREATE STREAM s (k INT KEY, a ARRAY<INT>) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM out AS SELECT t.id, s.k, t.name FROM s JOIN t ON REDUCE(s.a, 0, (total, x) => total + x) = t.id;
INSERT INTO t VALUES (3, 'three');
INSERT INTO s VALUES (1, ARRAY[1, 2]);
ASSERT VALUES out (id, k, name) VALUES (3, 1, 'three');

--@test: a pull query evaluates lambdas over the rows it finds
CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;
INSERT INTO s VALUES (1, 5);
--@rows: [[1, [2, 3]]]
SELECT k, TRANSFORM(ARRAY[1, 2], x => x + CAST(n AS INTEGER)) AS added FROM t WHERE k = 1;
