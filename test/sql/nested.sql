--@test: elements, values of keys and fields are read, however deep
CREATE STREAM s (k INT KEY, a ARRAY<INT>, m MAP<VARCHAR, ARRAY<STRUCT<x INT>>>, p STRUCT<q STRUCT<r VARCHAR>>)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM out AS SELECT k, a[1] AS first, a[-1] AS last, m['k'][2]->x AS x, p->q->r AS r FROM s;
INSERT INTO s VALUES (1, ARRAY[7, 8, 9], MAP('k' := ARRAY[STRUCT(x := 1), STRUCT(x := 2)]), STRUCT(q := STRUCT(r := 'deep')));
INSERT INTO s VALUES (2, ARRAY[5], MAP('j' := ARRAY[STRUCT(x := 1)]), STRUCT(q := CAST(NULL AS STRUCT<r VARCHAR>)));
INSERT INTO s (k) VALUES (3);
ASSERT VALUES out (k, first, last, x, r) VALUES (1, 7, 9, 2, 'deep');
ASSERT VALUES out (k, first, last, x, r) VALUES (2, 5, 5, NULL, NULL);
ASSERT VALUES out (k, first, last, x, r) VALUES (3, NULL, NULL, NULL, NULL);
ASSERT NO MORE VALUES out;

--@test: constructors make rows of collections
CREATE STREAM s (k INT KEY, v INT, w VARCHAR) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM out AS SELECT k, ARRAY[v, NULL, '3'] AS a, MAP(w := v, 'z' := 10 / v) AS m,
  STRUCT(v := v, `small` := ARRAY[w]) AS p FROM s;
INSERT INTO s VALUES (1, 5, 'w');
INSERT INTO s VALUES (2, 0, 'w');
ASSERT VALUES out (k, a, m, p)
  VALUES (1, ARRAY[5, NULL, 3], MAP('w' := 5, 'z' := 2), STRUCT(v := 5, `small` := ARRAY['w']));
ASSERT VALUES out (k, a, m, p)
  VALUES (2, ARRAY[0, NULL, 3], MAP('w' := 0, 'z' := NULL), STRUCT(v := 0, `small` := ARRAY['w']));

--@test: a struct is spread into columns named after its fields
CREATE STREAM s (k INT KEY, v INT, p STRUCT<v INT, w_7 VARCHAR, q STRUCT<v INT>>)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM out AS SELECT k, s.p->*, p->q->v, v + 1 FROM s;
INSERT INTO s VALUES (1, 2, STRUCT(v := 3, w_7 := 'w', q := STRUCT(v := 4)));
ASSERT VALUES out (k, v_1, w, q, v_2, ksql_col_0) VALUES (1, 3, 'w', STRUCT(v := 4), 4, 3);

--@test: a field is a key of GROUP BY and PARTITION BY under its own name
CREATE STREAM s (k INT KEY, p STRUCT<name VARCHAR>)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE counts AS SELECT p->name, COUNT(*) AS n FROM s GROUP BY p->name;
CREATE STREAM moved AS SELECT * FROM s PARTITION BY p->name;
INSERT INTO s VALUES (1, STRUCT(name := 'ann'));
INSERT INTO s VALUES (2, STRUCT(name := 'ann'));
ASSERT VALUES counts (name, n) VALUES ('ann', 1);
ASSERT VALUES counts (name, n) VALUES ('ann', 2);
ASSERT VALUES moved (name, k, p) VALUES ('ann', 1, STRUCT(name := 'ann'));
--@rows: [["ann", 2]]
SELECT name, n FROM counts WHERE name = 'ann';

--@test: collections are compared member by member
CREATE STREAM s (k INT KEY, a ARRAY<BIGINT>, p STRUCT<x INT>)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM same AS SELECT k, p->x AS x FROM s WHERE a IN (ARRAY[1, NULL], ARRAY['2']) AND p = STRUCT(x := 1) EMIT CHANGES;
INSERT INTO s VALUES (1, ARRAY[1, NULL], STRUCT(x := 1));
INSERT INTO s VALUES (2, ARRAY[2], STRUCT(x := 1));
INSERT INTO s VALUES (3, ARRAY[2], STRUCT(x := 2));
INSERT INTO s VALUES (4, ARRAY[1], STRUCT(x := 1));
INSERT INTO s VALUES (5, NULL, STRUCT(x := 1));
ASSERT VALUES same (k, x) VALUES (1, 1);
ASSERT VALUES same (k, x) VALUES (2, 1);
ASSERT NO MORE VALUES same;

--@test: a table keyed by an array is found by that array
CREATE STREAM s (k ARRAY<INT> KEY, v INT)
  WITH (KAFKA_TOPIC='s', KEY_FORMAT='JSON', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;
INSERT INTO s VALUES (ARRAY[1, 2], 1);
INSERT INTO s VALUES (ARRAY[1, 2], 2);
--@rows: [[[1, 2], 2]]
SELECT * FROM t WHERE k = ARRAY[1, 2];

--@test: a struct field is a key of a join
CREATE STREAM s (k INT KEY, p STRUCT<id INT>) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t (id INT PRIMARY KEY, a ARRAY<VARCHAR>) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM out AS SELECT t.id, s.k, t.a[1] AS name FROM s JOIN t ON s.p->id = t.id;
INSERT INTO t VALUES (5, ARRAY['five']);
INSERT INTO s VALUES (1, STRUCT(id := 5));
ASSERT VALUES out (id, k, name) VALUES (5, 1, 'five');

--@test: INSERT VALUES converts members where nothing gets lost
CREATE STREAM s (k INT KEY, a ARRAY<BIGINT>, m MAP<VARCHAR, DATE>, p STRUCT<x DOUBLE, y VARCHAR>)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
INSERT INTO s VALUES (1, ARRAY[1, NULL], MAP('d' := '2020-02-29'), STRUCT(z := 1, x := 2));
--@rows: [[1, [1, null], {"d": "2020-02-29"}, {"X": 2.0, "Y": null}]]
SELECT k, a, m, p FROM s;
--@expect.error: Column `A` is ARRAY<BIGINT> and cannot take ARRAY['x'] (ARRAY<STRING>): expected BIGINT, but found STRING.
INSERT INTO s (a) VALUES (ARRAY['x']);
--@expect.error: Column `A` is ARRAY<BIGINT> and cannot take MAP('x':=1) (MAP<STRING, INTEGER>)
INSERT INTO s (a) VALUES (MAP('x' := 1));
