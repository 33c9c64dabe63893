--@test: SELECT * gives key columns, then value columns, and no pseudo columns
CREATE STREAM s (v VARCHAR, k INT KEY, w BIGINT)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
INSERT INTO s VALUES (1, 'a', 10);
--@rows: [[1, "a", 10]]
SELECT * FROM s;
--@rows: [[1, "a", 10]]
SELECT * FROM s EMIT CHANGES LIMIT 1;

--@test: expressions without an alias are called KSQL_COL_n
CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM t AS SELECT k, v + 1, v, v * 2 FROM s;
INSERT INTO s VALUES (1, 10);
ASSERT VALUES t (k, KSQL_COL_0, v, KSQL_COL_1) VALUES (1, 11, 10, 20);

--@test: a name KSQL_COL_n that a source uses is skipped
CREATE STREAM s (k INT KEY, KSQL_COL_0 INT)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM t AS SELECT k, KSQL_COL_0, KSQL_COL_0 + 1 FROM s;
INSERT INTO s VALUES (1, 10);
ASSERT VALUES t (k, KSQL_COL_0, KSQL_COL_1) VALUES (1, 10, 11);

--@test: an alias renames a column, also the key
CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM t AS SELECT k AS id, v AS amount FROM s;
INSERT INTO s VALUES (1, 10);
ASSERT VALUES t (id, amount) VALUES (1, 10);

--@test: AS_VALUE copies the key into the value
CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM t AS SELECT k, AS_VALUE(k) AS copy FROM s;
CREATE STREAM bytes (v VARCHAR) WITH (KAFKA_TOPIC='T', VALUE_FORMAT='KAFKA');
INSERT INTO s VALUES (7, 10);
ASSERT VALUES t (k, copy) VALUES (7, 7);
ASSERT VALUES bytes (v) VALUES ('{"COPY":7}');

--@test: what a persistent query must and must not select
CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
--@expect.error: Key missing from projection
CREATE STREAM t AS SELECT v FROM s;
--@expect.error: more than once
CREATE STREAM t AS SELECT k, k AS again, v FROM s;
--@expect.error: more than once
CREATE STREAM t AS SELECT k, v, v FROM s;
--@expect.error: no value columns
CREATE STREAM t AS SELECT k FROM s;
--@expect.error: Reserved column name in select: `ROWTIME`
CREATE STREAM t AS SELECT k, ROWTIME FROM s;
--@expect.error: cannot be a bare NULL
CREATE STREAM t AS SELECT k, NULL AS nothing FROM s;
--@expect.error: LIMIT
CREATE STREAM t AS SELECT * FROM s LIMIT 1;
--@expect.error: SELECT column VV cannot be resolved
CREATE STREAM t AS SELECT k, vv FROM s;

--@test: a failing expression makes its column NULL and keeps the row
CREATE STREAM s (k INT KEY, d INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM t AS SELECT k, 10 / d AS q, d AS d FROM s;
INSERT INTO s VALUES (1, 0);
INSERT INTO s VALUES (2, 3);
INSERT INTO s VALUES (3, NULL);
ASSERT VALUES t (k, q, d) VALUES (1, NULL, 0);
ASSERT VALUES t (k, q, d) VALUES (2, 3, 3);
ASSERT VALUES t (k, q, d) VALUES (3, NULL, NULL);

--@test: a projection passes records without a value on
CREATE STREAM bytes (k VARCHAR KEY, v VARCHAR)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='KAFKA', PARTITIONS=1);
CREATE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM t AS SELECT k, v FROM s;
INSERT INTO bytes (k, v) VALUES ('a', NULL);
ASSERT NULL VALUES t (k) KEY ('a');
ASSERT NO MORE VALUES t;

--@test: ROWTIME, ROWPARTITION and ROWOFFSET can be selected under another name
CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM t AS SELECT k, ROWTIME AS ts, ROWPARTITION AS p, ROWOFFSET AS o FROM s;
INSERT INTO s (k, v, ROWTIME) VALUES (1, 10, 77);
INSERT INTO s (k, v, ROWTIME) VALUES (2, 20, 66);
ASSERT VALUES t (k, ts, p, o, ROWTIME) VALUES (1, 77, 0, 0, 77);
ASSERT VALUES t (k, ts, p, o, ROWTIME) VALUES (2, 66, 0, 1, 66);

--@test: a stream without a key is copied without a key
CREATE STREAM s (v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM t AS SELECT v, v + 1 AS w FROM s;
INSERT INTO s VALUES (1);
ASSERT VALUES t (v, w) VALUES (1, 2);
ASSERT NO MORE VALUES t;

--@test: a chain of queries carries a row to its end
CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM s1 AS SELECT k, v + 1 AS v FROM s;
CREATE STREAM s2 AS SELECT k, v * 2 AS v FROM s1;
CREATE STREAM s3 AS SELECT k, v - 3 AS v FROM s2;
INSERT INTO s VALUES (1, 10);
ASSERT VALUES s3 (k, v) VALUES (1, 19);
ASSERT NO MORE VALUES s3;

--@test: the TIMESTAMP column gives a row its time, and a row without one is dropped
CREATE STREAM s (k INT KEY, ts BIGINT)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1, TIMESTAMP='ts');
CREATE STREAM t AS SELECT * FROM s;
INSERT INTO s (k, ts, ROWTIME) VALUES (1, 500, 3);
INSERT INTO s (k, ts, ROWTIME) VALUES (2, NULL, 3);
INSERT INTO s (k, ts, ROWTIME) VALUES (3, -1, 3);
ASSERT VALUES t (k, ROWTIME) VALUES (1, 500);
ASSERT NO MORE VALUES t;

--@test: the TIMESTAMP column of a result gives its records their time
CREATE STREAM s (k INT KEY, ts BIGINT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM t WITH (TIMESTAMP='ts') AS SELECT * FROM s;
INSERT INTO s (k, ts, ROWTIME) VALUES (1, 500, 3);
INSERT INTO s (k, ts, ROWTIME) VALUES (2, NULL, 3);
ASSERT VALUES t (k, ROWTIME) VALUES (1, 500);
ASSERT NO MORE VALUES t;

--@test: a push query ends at its LIMIT
CREATE STREAM s (v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
INSERT INTO s VALUES (1);
INSERT INTO s VALUES (2);
INSERT INTO s VALUES (3);
--@rows: [[1], [2]]
SELECT v FROM s EMIT CHANGES LIMIT 2;
--@rows: []
SELECT v FROM s EMIT CHANGES LIMIT 0;

--@test: INSERT INTO ... SELECT feeds a stream that several queries may write
CREATE STREAM a (k INT KEY, v INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM b (k INT KEY, v INT) WITH (KAFKA_TOPIC='b', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM both (k INT KEY, v INT)
  WITH (KAFKA_TOPIC='both', VALUE_FORMAT='DELIMITED', PARTITIONS=1);
INSERT INTO both SELECT k, v FROM a;
INSERT INTO both SELECT k, v * 10 AS v FROM b;
INSERT INTO a VALUES (1, 1);
INSERT INTO b VALUES (2, 2);
INSERT INTO both VALUES (3, 3);
ASSERT VALUES both (k, v) VALUES (1, 1);
ASSERT VALUES both (k, v) VALUES (2, 20);
ASSERT VALUES both (k, v) VALUES (3, 3);
--@expect.error: Incompatible schema
INSERT INTO both SELECT k, CAST(v AS BIGINT) AS v FROM a;
--@expect.error: Incompatible schema
INSERT INTO both SELECT k, v AS w FROM a;
