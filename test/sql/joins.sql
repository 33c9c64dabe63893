--@test: a stream row finds the table row of its key at that moment
CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR)
  WITH (KAFKA_TOPIC='users', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM clicks (id INT KEY, page VARCHAR)
  WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM j AS SELECT c.id, page, name FROM clicks c JOIN users u ON c.id = u.id;
CREATE STREAM l AS SELECT c.id, page, name FROM clicks c LEFT JOIN users u ON c.id = u.id;
INSERT INTO clicks (id, page, ROWTIME) VALUES (1, '/early', 10);
INSERT INTO users (id, name, ROWTIME) VALUES (1, 'ann', 20);
INSERT INTO clicks (id, page, ROWTIME) VALUES (1, '/a', 30);
INSERT INTO users (id, name, ROWTIME) VALUES (1, 'anna', 40);
INSERT INTO clicks (id, page, ROWTIME) VALUES (1, '/b', 50);
INSERT INTO clicks (id, page, ROWTIME) VALUES (2, '/c', 60);
ASSERT VALUES j (c_id, page, name, ROWTIME) VALUES (1, '/a', 'ann', 30);
ASSERT VALUES j (c_id, page, name, ROWTIME) VALUES (1, '/b', 'anna', 50);
ASSERT NO MORE VALUES j;
ASSERT VALUES l (c_id, page, name, ROWTIME) VALUES (1, '/early', NULL, 10);
ASSERT VALUES l (c_id, page, name, ROWTIME) VALUES (1, '/a', 'ann', 30);
ASSERT VALUES l (c_id, page, name, ROWTIME) VALUES (1, '/b', 'anna', 50);
ASSERT VALUES l (c_id, page, name, ROWTIME) VALUES (2, '/c', NULL, 60);
ASSERT NO MORE VALUES l;

--@test: a table row of later time is found, one that comes later is not
CREATE TABLE u (id INT PRIMARY KEY, name VARCHAR)
  WITH (KAFKA_TOPIC='u', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM s (id INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM j AS SELECT s.id AS id, v, name FROM s JOIN u ON s.id = u.id;
INSERT INTO u (id, name, ROWTIME) VALUES (1, 'future', 1000);
INSERT INTO s (id, v, ROWTIME) VALUES (1, 1, 10);
INSERT INTO u (id, name, ROWTIME) VALUES (1, 'past', 5);
INSERT INTO s (id, v, ROWTIME) VALUES (1, 2, 20);
ASSERT VALUES j (id, v, name, ROWTIME) VALUES (1, 1, 'future', 10);
ASSERT VALUES j (id, v, name, ROWTIME) VALUES (1, 2, 'past', 20);

--@test: a tombstone takes the table row away
CREATE STREAM bytes (id INT KEY, v VARCHAR)
  WITH (KAFKA_TOPIC='u', VALUE_FORMAT='KAFKA', PARTITIONS=1);
CREATE TABLE u (id INT PRIMARY KEY, name VARCHAR) WITH (KAFKA_TOPIC='u', VALUE_FORMAT='JSON');
CREATE STREAM s (id INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM j AS SELECT s.id AS id, v, name FROM s LEFT JOIN u ON s.id = u.id;
INSERT INTO u VALUES (1, 'ann');
INSERT INTO s VALUES (1, 1);
INSERT INTO bytes VALUES (1, NULL);
INSERT INTO s VALUES (1, 2);
ASSERT VALUES j (id, v, name) VALUES (1, 1, 'ann');
ASSERT VALUES j (id, v, name) VALUES (1, 2, NULL);

--@test: a stream is moved to the partition of the table's key
CREATE TABLE airports (code VARCHAR PRIMARY KEY, city VARCHAR)
  WITH (KAFKA_TOPIC='airports', VALUE_FORMAT='JSON', PARTITIONS=3);
CREATE STREAM flights (nr INT KEY, origin VARCHAR)
  WITH (KAFKA_TOPIC='flights', VALUE_FORMAT='JSON', PARTITIONS=2);
CREATE STREAM j AS SELECT origin, nr, city FROM flights f JOIN airports a ON f.origin = a.code;
INSERT INTO airports VALUES ('HNL', 'Honolulu');
INSERT INTO airports VALUES ('OSL', 'Oslo');
INSERT INTO airports VALUES ('FCO', 'Rome');
INSERT INTO flights VALUES (1, 'HNL');
INSERT INTO flights VALUES (2, 'OSL');
INSERT INTO flights VALUES (3, 'FCO');
INSERT INTO flights VALUES (4, 'HNL');
--@rows.unordered: [["HNL", 1, "Honolulu"], ["HNL", 4, "Honolulu"], ["OSL", 2, "Oslo"], ["FCO", 3, "Rome"]]
SELECT * FROM j;

--@test: the join key may be an expression over the stream
CREATE TABLE u (id VARCHAR PRIMARY KEY, name VARCHAR)
  WITH (KAFKA_TOPIC='u', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM s (k INT KEY, ref VARCHAR)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM j AS SELECT u.id AS id, k, name FROM s JOIN u ON UCASE(s.ref) = u.id;
INSERT INTO u VALUES ('A', 'ann');
INSERT INTO s VALUES (7, 'a');
ASSERT VALUES j (id, k, name) VALUES ('A', 7, 'ann');

--@test: a row with a null join key is skipped by INNER and kept by LEFT
CREATE TABLE u (id INT PRIMARY KEY, name VARCHAR)
  WITH (KAFKA_TOPIC='u', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM s (k INT KEY, ref INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM j AS SELECT ref, k, name FROM s JOIN u ON s.ref = u.id;
CREATE STREAM l AS SELECT ref, k, name FROM s LEFT JOIN u ON s.ref = u.id;
INSERT INTO u VALUES (1, 'ann');
INSERT INTO s VALUES (10, NULL);
INSERT INTO s VALUES (11, 1);
ASSERT VALUES j (ref, k, name) VALUES (1, 11, 'ann');
ASSERT NO MORE VALUES j;
ASSERT VALUES l (ref, k, name) VALUES (NULL, 10, NULL);
ASSERT VALUES l (ref, k, name) VALUES (1, 11, 'ann');
ASSERT NO MORE VALUES l;

--@test: a stream record without a value does not join
CREATE TABLE u (id INT PRIMARY KEY, name VARCHAR)
  WITH (KAFKA_TOPIC='u', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM bytes (id INT KEY, v VARCHAR)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='KAFKA', PARTITIONS=1);
CREATE STREAM s (id INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM l AS SELECT s.id AS id, v, name FROM s LEFT JOIN u ON s.id = u.id;
INSERT INTO u VALUES (1, 'ann');
INSERT INTO bytes VALUES (1, NULL);
INSERT INTO s VALUES (1, 5);
ASSERT VALUES l (id, v, name) VALUES (1, 5, 'ann');
ASSERT NO MORE VALUES l;

--@test: * names the columns of a join by source
CREATE TABLE u (id INT PRIMARY KEY, name VARCHAR)
  WITH (KAFKA_TOPIC='u', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM s (id INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM j AS SELECT * FROM s JOIN u ON s.id = u.id;
INSERT INTO u (id, name, ROWTIME) VALUES (1, 'ann', 1);
INSERT INTO s (id, v, ROWTIME) VALUES (1, 5, 2);
ASSERT VALUES j (S_ID, S_V, U_ID, U_NAME) VALUES (1, 5, 1, 'ann');
--@rows: [[1, 5, 1, "ann"]]
SELECT * FROM s JOIN u ON u.id = s.id EMIT CHANGES LIMIT 1;

--@test: WHERE, PARTITION BY and GROUP BY work on the joined row
CREATE TABLE u (id INT PRIMARY KEY, city VARCHAR)
  WITH (KAFKA_TOPIC='u', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM s (id INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM w AS SELECT s.id AS id, v, city FROM s JOIN u ON s.id = u.id WHERE city <> 'oslo';
CREATE STREAM p AS SELECT city, v FROM s JOIN u ON s.id = u.id PARTITION BY city;
CREATE TABLE g AS SELECT city, SUM(v) AS total FROM s JOIN u ON s.id = u.id GROUP BY city;
INSERT INTO u VALUES (1, 'rome');
INSERT INTO u VALUES (2, 'oslo');
INSERT INTO u VALUES (3, 'rome');
INSERT INTO s VALUES (1, 10);
INSERT INTO s VALUES (2, 20);
INSERT INTO s VALUES (3, 30);
ASSERT VALUES w (id, v, city) VALUES (1, 10, 'rome');
ASSERT VALUES w (id, v, city) VALUES (3, 30, 'rome');
ASSERT NO MORE VALUES w;
ASSERT VALUES p (city, v) VALUES ('rome', 10);
ASSERT VALUES p (city, v) VALUES ('oslo', 20);
ASSERT VALUES p (city, v) VALUES ('rome', 30);
--@rows.unordered: [["rome", 40], ["oslo", 20]]
SELECT * FROM g;

--@test: a stream joins a table that a query keeps
CREATE STREAM s (id INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE counts AS SELECT id, COUNT(*) AS n FROM s GROUP BY id;
CREATE STREAM asked (id INT KEY, q VARCHAR)
  WITH (KAFKA_TOPIC='asked', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM answers AS SELECT a.id AS id, q, n FROM asked a LEFT JOIN counts c ON a.id = c.id;
INSERT INTO asked VALUES (1, 'first');
INSERT INTO s VALUES (1, 1);
INSERT INTO s VALUES (1, 1);
INSERT INTO asked VALUES (1, 'second');
ASSERT VALUES answers (id, q, n) VALUES (1, 'first', NULL);
ASSERT VALUES answers (id, q, n) VALUES (1, 'second', 2);

--@test: a stream joins two tables one after the other
CREATE TABLE a (id INT PRIMARY KEY, x VARCHAR) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE b (id INT PRIMARY KEY, y VARCHAR) WITH (KAFKA_TOPIC='b', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM s (k INT KEY, ref INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM j AS SELECT ref, k, x, y FROM s
  JOIN a ON s.k = a.id LEFT JOIN b ON s.ref = b.id;
INSERT INTO a VALUES (1, 'x1');
INSERT INTO b VALUES (2, 'y2');
INSERT INTO s VALUES (1, 2);
INSERT INTO s VALUES (1, 3);
ASSERT VALUES j (ref, k, x, y) VALUES (2, 1, 'x1', 'y2');
ASSERT VALUES j (ref, k, x, y) VALUES (3, 1, 'x1', NULL);

--@test: what a join refuses
CREATE TABLE u (id INT PRIMARY KEY, name VARCHAR)
  WITH (KAFKA_TOPIC='u', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE wide (id INT PRIMARY KEY, w VARCHAR)
  WITH (KAFKA_TOPIC='wide', VALUE_FORMAT='JSON', PARTITIONS=2);
CREATE STREAM s (id INT KEY, v BIGINT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
--@expect.error: number of partitions don't match
CREATE STREAM j AS SELECT s.id, v, w FROM s JOIN wide ON s.id = wide.id;
--@expect.error: primary key
CREATE STREAM j AS SELECT s.id, v, name FROM s JOIN u ON CAST(s.id AS VARCHAR) = u.name;
--@expect.error: types don't match
CREATE STREAM j AS SELECT s.id, v, name FROM s JOIN u ON s.v = u.id;
--@expect.error: ambiguous
CREATE STREAM j AS SELECT id, v, name FROM s JOIN u ON s.id = u.id;
--@expect.error: Name the stream first
CREATE STREAM j AS SELECT s.id, v, name FROM u JOIN s ON s.id = u.id;
--@expect.error: self joins are not yet supported
CREATE STREAM j AS SELECT * FROM s a JOIN s b ON a.id = b.id;
--@expect.error: single equality
CREATE STREAM j AS SELECT s.id, v, name FROM s JOIN u ON s.id > u.id;
--@expect.error: Key missing from projection
CREATE STREAM j AS SELECT v, name FROM s JOIN u ON s.id = u.id;
--@expect.error: full-outer join not supported
CREATE STREAM j AS SELECT s.id, v, name FROM s FULL JOIN u ON s.id = u.id;

--@test: a query that catches up takes the rows of all its inputs in the order of their times
CREATE TABLE u (id INT PRIMARY KEY, name VARCHAR)
  WITH (KAFKA_TOPIC='u', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM s (id INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
INSERT INTO u (id, name, ROWTIME) VALUES (1, 'at 10', 10);
INSERT INTO u (id, name, ROWTIME) VALUES (1, 'at 30', 30);
INSERT INTO s (id, v, ROWTIME) VALUES (1, 5, 5);
INSERT INTO s (id, v, ROWTIME) VALUES (1, 20, 20);
INSERT INTO s (id, v, ROWTIME) VALUES (1, 40, 40);
CREATE STREAM j AS SELECT s.id AS id, v, name FROM s LEFT JOIN u ON s.id = u.id;
ASSERT VALUES j (id, v, name) VALUES (1, 5, NULL);
ASSERT VALUES j (id, v, name) VALUES (1, 20, 'at 10');
ASSERT VALUES j (id, v, name) VALUES (1, 40, 'at 30');

--@test: a stream record without a key is skipped by INNER and kept by LEFT, also where it joins on its key
CREATE TABLE u (id INT PRIMARY KEY, name VARCHAR)
  WITH (KAFKA_TOPIC='u', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM s (id INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM j AS SELECT s.id AS id, v, name FROM s JOIN u ON s.id = u.id;
CREATE STREAM l AS SELECT s.id AS id, v, name FROM s LEFT JOIN u ON s.id = u.id;
INSERT INTO u VALUES (1, 'ann');
INSERT INTO s (v) VALUES (5);
INSERT INTO s (id, v) VALUES (1, 6);
ASSERT VALUES j (id, v, name) VALUES (1, 6, 'ann');
ASSERT NO MORE VALUES j;
ASSERT VALUES l (id, v, name) VALUES (NULL, 5, NULL);
ASSERT VALUES l (id, v, name) VALUES (1, 6, 'ann');
ASSERT NO MORE VALUES l;
