--@test: a name can be used once, by streams and tables together
CREATE STREAM a (v INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM other (v INT) WITH (KAFKA_TOPIC='other', VALUE_FORMAT='JSON', PARTITIONS=1);
--@expect.error: A stream with the same name already exists
CREATE STREAM a (v INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON');
--@expect.error: A stream with the same name already exists
CREATE TABLE a (k INT PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='b', VALUE_FORMAT='JSON', PARTITIONS=1);
--@expect.error: A stream with the same name already exists
CREATE STREAM a AS SELECT * FROM other;
CREATE STREAM IF NOT EXISTS a (w INT) WITH (KAFKA_TOPIC='c', VALUE_FORMAT='JSON', PARTITIONS=1);
INSERT INTO a (v) VALUES (1);
--@rows: [[1]]
SELECT * FROM a;

--@test: a topic that does not exist needs a number of partitions
--@expect.error: PARTITIONS
CREATE STREAM a (v INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON');
--@expect.error: KAFKA_TOPIC
CREATE STREAM a (v INT) WITH (VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM a (v INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON', PARTITIONS=2);
--@expect.error: 2 partitions
CREATE STREAM b (v INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON', PARTITIONS=3);
CREATE STREAM c (v INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON', PARTITIONS=2);

--@test: DROP removes a source, and says so when there is none
CREATE STREAM clicks (v INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON', PARTITIONS=1);
--@expect.error: Did you mean CLICKS?
DROP STREAM clickz;
--@expect.error: Use DROP STREAM CLICKS
DROP TABLE clicks;
DROP STREAM clicks;
--@expect.error: does not exist
DROP STREAM clicks;
DROP STREAM IF EXISTS clicks;
--@expect.error: does not exist
SELECT * FROM clicks;
CREATE STREAM clicks (v INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON');

--@test: a source that a query reads or writes cannot be dropped before it
CREATE STREAM a (v INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM b AS SELECT v FROM a;
CREATE STREAM c AS SELECT v FROM b;
--@expect.error: The following streams and/or tables read from this source: [B
DROP STREAM a;
--@expect.error: The following streams and/or tables read from this source: [C
DROP STREAM b;
DROP STREAM c;
DROP STREAM b;
DROP STREAM a;

--@test: a stream with INSERT INTO queries cannot be dropped before they end
CREATE STREAM a (v INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM b (v INT) WITH (KAFKA_TOPIC='b', VALUE_FORMAT='JSON', PARTITIONS=1);
INSERT INTO b SELECT v FROM a;
--@expect.error: The following queries write into this source
DROP STREAM b;
--@expect.error: The following queries read from this source
DROP STREAM a;
TERMINATE ALL;
DROP STREAM b;
DROP STREAM a;

--@test: DELETE TOPIC removes the records, and is refused while others use the topic
CREATE STREAM a (v INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM b (v INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');
INSERT INTO a VALUES (1);
--@expect.error: Refusing to delete topic
DROP STREAM a DELETE TOPIC;
DROP STREAM b;
DROP STREAM a DELETE TOPIC;
--@expect.error: PARTITIONS
CREATE STREAM a (v INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');
CREATE STREAM a (v INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);
INSERT INTO a VALUES (2);
--@rows: [[2]]
SELECT * FROM a;

--@test: a dropped query starts afresh when it is created again
CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;
INSERT INTO s VALUES (1, 1);
INSERT INTO s VALUES (1, 1);
DROP TABLE t;
CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;
--@rows: [[1, 2]]
SELECT * FROM t;
INSERT INTO s VALUES (1, 1);
--@rows: [[1, 3]]
SELECT * FROM t;

--@test: a query begins at the end of its streams when auto.offset.reset is latest
SET 'auto.offset.reset' = 'latest';
CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE u (k INT PRIMARY KEY, w INT) WITH (KAFKA_TOPIC='u', VALUE_FORMAT='JSON', PARTITIONS=1);
INSERT INTO s VALUES (1, 1);
INSERT INTO u VALUES (1, 100);
CREATE STREAM late AS SELECT * FROM s;
CREATE STREAM joined AS SELECT s.k AS k, v, w FROM s JOIN u ON s.k = u.k;
INSERT INTO s VALUES (1, 2);
ASSERT VALUES late (k, v) VALUES (1, 2);
ASSERT NO MORE VALUES late;
ASSERT VALUES joined (k, v, w) VALUES (1, 2, 100);
ASSERT NO MORE VALUES joined;
UNSET 'auto.offset.reset';
SET 'auto.offset.reset' = 'earliest';
CREATE STREAM early AS SELECT * FROM s;
ASSERT VALUES early (k, v) VALUES (1, 1);
ASSERT VALUES early (k, v) VALUES (1, 2);

--@test: OR REPLACE changes the filter and the projection of a running query
CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM t AS SELECT k, v FROM s WHERE v > 10;
INSERT INTO s VALUES (1, 5);
INSERT INTO s VALUES (2, 15);
CREATE OR REPLACE STREAM t AS SELECT k, v + 100 AS v FROM s;
INSERT INTO s VALUES (3, 5);
CREATE OR REPLACE STREAM t AS SELECT k, v, v * 2 AS twice FROM s WHERE v > 20;
INSERT INTO s VALUES (4, 15);
INSERT INTO s VALUES (5, 25);
ASSERT VALUES t (k, v) VALUES (2, 15);
ASSERT VALUES t (k, v) VALUES (3, 105);
ASSERT VALUES t (k, v, twice) VALUES (5, 25, 50);
ASSERT NO MORE VALUES t;
--@expect.error: Cannot upgrade T
CREATE OR REPLACE STREAM t AS SELECT k, CAST(v AS BIGINT) AS v, v AS twice FROM s;
--@expect.error: Cannot upgrade T
CREATE OR REPLACE STREAM t AS SELECT k, v FROM s;

--@test: OR REPLACE keeps the state of an aggregation
CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT k, SUM(v) AS total FROM s GROUP BY k;
INSERT INTO s VALUES (1, 5);
CREATE OR REPLACE TABLE t AS SELECT k, SUM(v) AS total FROM s WHERE v > 0 GROUP BY k;
INSERT INTO s VALUES (1, -100);
INSERT INTO s VALUES (1, 6);
--@rows: [[1, 11]]
SELECT * FROM t;
--@expect.error: not upgradeable
CREATE OR REPLACE TABLE t AS SELECT k, MAX(v) AS total FROM s GROUP BY k;

--@test: OR REPLACE adds columns to a declared stream
CREATE STREAM s (v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
INSERT INTO s VALUES (1);
CREATE OR REPLACE STREAM s (v INT, w INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
INSERT INTO s VALUES (2, 20);
--@rows: [[1, null], [2, 20]]
SELECT * FROM s;
--@expect.error: Cannot upgrade S
CREATE OR REPLACE STREAM s (w INT, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
--@expect.error: Cannot upgrade S
CREATE OR REPLACE TABLE s (v INT PRIMARY KEY, w INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');

--@test: OR REPLACE creates what does not exist
CREATE OR REPLACE STREAM s (v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
INSERT INTO s VALUES (1);
--@rows: [[1]]
SELECT * FROM s;

--@test: TERMINATE ends a query and leaves what it wrote
CREATE STREAM s (v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM t AS SELECT v FROM s;
INSERT INTO s VALUES (1);
--@expect.error: there is no query with the id
TERMINATE nobody;
TERMINATE ALL;
INSERT INTO s VALUES (2);
ASSERT VALUES t (v) VALUES (1);
ASSERT NO MORE VALUES t;
DROP STREAM s;

--@test: a query must not feed itself
CREATE STREAM a (v INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM b AS SELECT v FROM a;
--@expect.error: cycle
INSERT INTO a SELECT v FROM b;
--@expect.error: cycle
INSERT INTO a SELECT v FROM a;
CREATE STREAM c AS SELECT v FROM b;
--@expect.error: cycle
CREATE OR REPLACE STREAM b AS SELECT v FROM c;

--@test: a query must not feed itself under another name of its topic
CREATE STREAM a (v INT) WITH (KAFKA_TOPIC='x', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM b WITH (KAFKA_TOPIC='y') AS SELECT v FROM a;
CREATE STREAM again (v INT) WITH (KAFKA_TOPIC='y', VALUE_FORMAT='JSON');
--@expect.error: A -> B -> AGAIN -> A
INSERT INTO a SELECT v FROM again;
--@expect.error: A -> C
CREATE STREAM c WITH (KAFKA_TOPIC='x') AS SELECT v FROM a;
--@expect.error: A -> B -> D
CREATE STREAM d WITH (KAFKA_TOPIC='x') AS SELECT v FROM b;
CREATE STREAM e WITH (KAFKA_TOPIC='y') AS SELECT v FROM a;

--@test: OR REPLACE can add a HAVING, which knows of no results from before
CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT k, SUM(v) AS total FROM s GROUP BY k;
INSERT INTO s VALUES (1, 5);
CREATE OR REPLACE TABLE t AS SELECT k, SUM(v) AS total FROM s GROUP BY k HAVING SUM(v) > 10;
INSERT INTO s VALUES (1, 1);
INSERT INTO s VALUES (1, 10);
INSERT INTO s VALUES (1, -10);
ASSERT VALUES t (k, total) VALUES (1, 5);
ASSERT VALUES t (k, total) VALUES (1, 16);
ASSERT NULL VALUES t (k) KEY (1);
ASSERT NO MORE VALUES t;

--@test: mistakes in CREATE are named
--@expect.error: Duplicate column names: `V`
CREATE STREAM a (v INT, V INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON', PARTITIONS=1);
--@expect.error: 'ROWTIME' is a reserved column name
CREATE STREAM a (rowtime BIGINT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON', PARTITIONS=1);
--@expect.error: Did you mean VARCHAR?
CREATE STREAM a (v VARCHER) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON', PARTITIONS=1);
--@expect.error: Did you mean PARTITIONS?
CREATE STREAM a (v INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON', PARTITION=1);
--@expect.error: PARTITIONS is invalid
CREATE STREAM a (v INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON', PARTITIONS=0);
--@expect.error: is not among the columns
CREATE STREAM a (v INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON', PARTITIONS=1, TIMESTAMP='t');
--@expect.error: must be BIGINT
CREATE STREAM a (t INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON', PARTITIONS=1, TIMESTAMP='t');
--@expect.error: topic name
CREATE STREAM a (v INT) WITH (KAFKA_TOPIC='../a', VALUE_FORMAT='JSON', PARTITIONS=1);
--@expect.error: DECIMAL(3, 4) is impossible
CREATE STREAM a (v DECIMAL(3, 4)) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON', PARTITIONS=1);
--@expect.error: Syntax
CREATE STREAM a (v INT WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON', PARTITIONS=1);

--@test: an unknown or ill-valued property is refused
--@expect.error: Did you mean auto.offset.reset?
SET 'auto.offset.rest' = 'earliest';
--@expect.error: expected 'earliest' or 'latest'
SET 'auto.offset.reset' = 'middle';

--@test: OR REPLACE does not change joins, windows, table functions and aggregations of tables
CREATE STREAM s (k INT KEY, v INT, a ARRAY<INT>) WITH (KAFKA_TOPIC='s', PARTITIONS=1, VALUE_FORMAT='JSON');
CREATE TABLE t (k INT PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='t', PARTITIONS=1, VALUE_FORMAT='JSON');
CREATE STREAM joined AS SELECT s.k, s.v FROM s JOIN t ON s.k = t.k;
CREATE TABLE windowed AS SELECT k, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY k;
CREATE STREAM exploded AS SELECT k, EXPLODE(a) AS e FROM s;
CREATE TABLE counted AS SELECT v, COUNT(*) AS n FROM t GROUP BY v;
--@expect.error: Upgrades not yet supported for joins
CREATE OR REPLACE STREAM joined AS SELECT s.k, s.v FROM s JOIN t ON s.k = t.k WHERE s.v > 1;
--@expect.error: Upgrades not yet supported for windowed aggregations
CREATE OR REPLACE TABLE windowed AS SELECT k, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY k HAVING COUNT(*) > 1;
--@expect.error: Upgrades not yet supported for table functions
CREATE OR REPLACE STREAM exploded AS SELECT k, EXPLODE(a) AS e FROM s WHERE v > 1;
--@expect.error: Upgrades not yet supported for aggregations of tables
CREATE OR REPLACE TABLE counted AS SELECT v, COUNT(*) AS n FROM t WHERE v > 1 GROUP BY v;

--@test: OR REPLACE keeps the delimiter
CREATE STREAM s (k INT KEY, v INT, w INT) WITH (KAFKA_TOPIC='s', PARTITIONS=1, VALUE_FORMAT='DELIMITED', VALUE_DELIMITER='|');
--@expect.error: its value delimiter is | and cannot become not set
CREATE OR REPLACE STREAM s (k INT KEY, v INT, w INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='DELIMITED');
