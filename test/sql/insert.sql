--@test: without a column list values are given for all columns, the key first
CREATE STREAM s (a INT, k INT KEY, b VARCHAR)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
INSERT INTO s VALUES (1, 2, 'x');
ASSERT VALUES s (k, a, b) VALUES (1, 2, 'x');
--@expect.error: the 3 columns are K, A, B, but found 2 values
INSERT INTO s VALUES (1, 2);
--@expect.error: but found 4 values
INSERT INTO s VALUES (1, 2, 'x', 4);

--@test: columns that are not named are NULL
CREATE STREAM s (k INT KEY, a INT, b VARCHAR)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
INSERT INTO s (b) VALUES ('x');
INSERT INTO s (k) VALUES (1);
ASSERT VALUES s (k, a, b) VALUES (NULL, NULL, 'x');
ASSERT VALUES s (k, a, b) VALUES (1, NULL, NULL);
ASSERT NO MORE VALUES s;

--@test: ROWTIME is the wall clock unless it is given
CREATE STREAM s (v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
--@clock: 12345
INSERT INTO s (v) VALUES (1);
INSERT INTO s (v, ROWTIME) VALUES (2, 7);
INSERT INTO s (v, ROWTIME) VALUES (3, NULL);
ASSERT VALUES s (v, ROWTIME) VALUES (1, 12345);
ASSERT VALUES s (v, ROWTIME) VALUES (2, 7);
ASSERT VALUES s (v, ROWTIME) VALUES (3, 12345);
--@expect.error: ROWTIME must be epoch milliseconds
INSERT INTO s (v, ROWTIME) VALUES (1, -1);
--@expect.error: Inserting into column `ROWOFFSET` is not allowed
INSERT INTO s (v, ROWOFFSET) VALUES (1, 1);

--@test: values are expressions without columns
CREATE STREAM s (i INT, t VARCHAR, b BOOLEAN)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
INSERT INTO s VALUES (1 + 2 * 3, UCASE('x') + 'y', (1 < 2));
INSERT INTO s VALUES (CAST('7' AS INT), NULL, (NOT TRUE));
ASSERT VALUES s (i, t, b) VALUES (7, 'Xy', TRUE);
ASSERT VALUES s (i, t, b) VALUES (7, NULL, FALSE);
--@expect.error: cannot contain columns
INSERT INTO s (i) VALUES (i);

--@test: numbers widen, and text becomes times and bytes
CREATE STREAM s (l BIGINT, m DECIMAL(6, 2), d DOUBLE, ts TIMESTAMP, dt DATE, t TIME, b BYTES)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
INSERT INTO s VALUES (5, 5, 5, '2020-01-01T00:00:00', '2020-01-01', '01:02:03', 'AQI=');
INSERT INTO s (m, d) VALUES (1.5, 1.5);
INSERT INTO s (m, d) VALUES (9999.99, 1E3);
--@rows: [[5, 5.00, 5.0, "2020-01-01T00:00:00.000", "2020-01-01", "01:02:03", "AQI="], [null, 1.50, 1.5, null, null, null, null], [null, 9999.99, 1000.0, null, null, null, null]]
SELECT * FROM s;

--@test: nothing is narrowed or rounded
CREATE STREAM s (i INT, l BIGINT, m DECIMAL(4, 2), t VARCHAR, b BOOLEAN, ts TIMESTAMP)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
--@expect.error: Column `I` is INTEGER and cannot take 3000000000 (BIGINT)
INSERT INTO s (i) VALUES (3000000000);
--@expect.error: Column `I` is INTEGER and cannot take 1.0 (DECIMAL(2, 1))
INSERT INTO s (i) VALUES (1.0);
--@expect.error: Column `I` is INTEGER and cannot take '1' (STRING)
INSERT INTO s (i) VALUES ('1');
--@expect.error: Column `L` is BIGINT
INSERT INTO s (l) VALUES (1E0);
--@expect.error: Column `M` is DECIMAL(4, 2)
INSERT INTO s (m) VALUES (100);
--@expect.error: Column `M` is DECIMAL(4, 2)
INSERT INTO s (m) VALUES (1.005);
--@expect.error: Column `M` is DECIMAL(4, 2)
INSERT INTO s (m) VALUES (1E0);
--@expect.error: Column `T` is STRING
INSERT INTO s (t) VALUES (1);
--@expect.error: Column `B` is BOOLEAN
INSERT INTO s (b) VALUES ('true');
--@expect.error: Column `TS` is TIMESTAMP
INSERT INTO s (ts) VALUES ('yesterday');
--@expect.error: 9223372036854775808
INSERT INTO s (l) VALUES (9223372036854775808);
ASSERT NO MORE VALUES s;

--@test: what INSERT refuses
CREATE STREAM clicks (v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE u (k INT PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='u', VALUE_FORMAT='JSON', PARTITIONS=1);
--@expect.error: Did you mean CLICKS?
INSERT INTO click (v) VALUES (1);
--@expect.error: Column name `W` does not exist in CLICKS
INSERT INTO clicks (w) VALUES (1);
--@expect.error: contains `V` twice
INSERT INTO clicks (v, v) VALUES (1, 2);
--@expect.error: Value for primary key column(s) K (INTEGER) is required
INSERT INTO u (v) VALUES (1);
--@expect.error: INSERT INTO can only be used to insert into a stream
INSERT INTO u SELECT v FROM clicks;

--@test: rows go to the partition Kafka's producers choose for their key
CREATE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=4);
INSERT INTO s VALUES ('abc', 1);
INSERT INTO s VALUES ('foobar', 2);
INSERT INTO s VALUES ('21', 3);
INSERT INTO s VALUES ('foobar', 4);
ASSERT VALUES s (k, v, ROWPARTITION) VALUES ('21', 3, 0);
ASSERT VALUES s (k, v, ROWPARTITION) VALUES ('foobar', 2, 2);
ASSERT VALUES s (k, v, ROWPARTITION) VALUES ('foobar', 4, 2);
ASSERT VALUES s (k, v, ROWPARTITION) VALUES ('abc', 1, 3);

--@test: an INSERT into the result of a running query stands among its rows
CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM t AS SELECT k, v FROM s;
CREATE TABLE n AS SELECT k, COUNT(*) AS n FROM t GROUP BY k;
INSERT INTO s VALUES (1, 1);
INSERT INTO t VALUES (1, 2);
INSERT INTO s VALUES (1, 3);
ASSERT VALUES t (k, v) VALUES (1, 1);
ASSERT VALUES t (k, v) VALUES (1, 2);
ASSERT VALUES t (k, v) VALUES (1, 3);
--@rows: [[1, 3]]
SELECT * FROM n;

--@test: a key of NULL that is named is a record without a key, which no table holds
CREATE TABLE t (k INT PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='t', PARTITIONS=1, VALUE_FORMAT='JSON');
CREATE TABLE o AS SELECT k, v FROM t;
INSERT INTO t (k, v) VALUES (NULL, 1);
INSERT INTO t (k, v) VALUES (1, 2);
ASSERT VALUES o (k, v) VALUES (1, 2);
--@expect.error: Value for primary key column(s) K (INTEGER) is required for tables
INSERT INTO t (v) VALUES (1);

--@test: INSERT can be disabled
CREATE STREAM s (v INT) WITH (KAFKA_TOPIC='s', PARTITIONS=1, VALUE_FORMAT='JSON');
SET 'ksql.insert.into.values.enabled' = 'false';
--@expect.error: ksql.insert.into.values.enabled is false
INSERT INTO s (v) VALUES (1);
UNSET 'ksql.insert.into.values.enabled';
INSERT INTO s (v) VALUES (1);
ASSERT VALUES s (v) VALUES (1);

--@test: settings of the client libraries inside ksqlDB are accepted
SET 'ksql.streams.num.stream.threads' = '4';
SET 'commit.interval.ms' = '2000';
CREATE STREAM s (v INT) WITH (KAFKA_TOPIC='s', PARTITIONS=1, VALUE_FORMAT='JSON', SOURCED_BY_CONNECTOR='c');
