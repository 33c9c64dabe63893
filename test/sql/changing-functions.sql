--@test: UNIX_TIMESTAMP() is the time of the tick, the same in all of a row
CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', PARTITIONS=1, VALUE_FORMAT='JSON');
CREATE STREAM o AS SELECT k, UNIX_TIMESTAMP() AS t, UNIX_TIMESTAMP() - UNIX_TIMESTAMP() AS same, UNIX_DATE() AS d FROM s;
--@clock: 86400500
INSERT INTO s (k, v) VALUES (1, 1);
ASSERT VALUES o (k, t, same, d) VALUES (1, 86400500, 0, 1);

--@test: INSERT takes the time and random numbers
CREATE STREAM s (k INT KEY, t BIGINT, r DOUBLE, u STRING) WITH (KAFKA_TOPIC='s', PARTITIONS=1, VALUE_FORMAT='JSON');
CREATE STREAM o AS SELECT k, t, r >= 0 AND r < 1 AS fits, LEN(u) AS n FROM s;
--@clock: 77
INSERT INTO s (k, t, r, u) VALUES (1, UNIX_TIMESTAMP(), RANDOM(), UUID());
ASSERT VALUES o (k, t, fits, n) VALUES (1, 77, true, 36);

--@test: random columns of a row differ
CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', PARTITIONS=1, VALUE_FORMAT='JSON');
CREATE STREAM o AS SELECT k, RANDOM() = RANDOM() AS same, UUID() = UUID() AS equal FROM s;
INSERT INTO s (k, v) VALUES (1, 1);
ASSERT VALUES o (k, same, equal) VALUES (1, false, false);

--@test: over tables they stand in SELECT only
CREATE TABLE t (k INT PRIMARY KEY, v BIGINT) WITH (KAFKA_TOPIC='t', PARTITIONS=1, VALUE_FORMAT='JSON');
CREATE TABLE o AS SELECT k, UNIX_TIMESTAMP() > 0 AS known FROM t;
--@expect.error: WHERE over a table cannot contain UNIX_TIMESTAMP()
CREATE TABLE p AS SELECT * FROM t WHERE v < UNIX_TIMESTAMP();
--@expect.error: GROUP BY over a table cannot contain RANDOM()
CREATE TABLE p AS SELECT RANDOM() AS r, COUNT(*) AS n FROM t GROUP BY RANDOM();
--@expect.error: GROUP BY over a table cannot contain UNIX_DATE()
CREATE TABLE p AS SELECT v, SUM(UNIX_DATE()) AS n FROM t GROUP BY v;
--@expect.error: HAVING over a table cannot contain UNIX_TIMESTAMP()
CREATE TABLE p AS SELECT v, COUNT(*) AS n FROM t GROUP BY v HAVING COUNT(*) < UNIX_TIMESTAMP();

--@test: pull queries may compare with the time
CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', PARTITIONS=1, VALUE_FORMAT='JSON');
CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY k;
INSERT INTO s (ROWTIME, k, v) VALUES (5000, 1, 1);
INSERT INTO s (ROWTIME, k, v) VALUES (15000, 1, 1);
--@clock: 12000
--@rows: [[1,1]]
SELECT k, n FROM t WHERE k = 1 AND WINDOWSTART < UNIX_TIMESTAMP() - 2000;
