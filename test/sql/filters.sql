--@test: WHERE keeps the rows for which the condition is true
CREATE STREAM clicks (user VARCHAR KEY, page VARCHAR, ms BIGINT)
  WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM slow AS SELECT user, page, ms FROM clicks WHERE ms > 10;
INSERT INTO clicks (user, page, ms, ROWTIME) VALUES ('ann', '/a', 10, 100);
INSERT INTO clicks (user, page, ms, ROWTIME) VALUES ('ann', '/b', 11, 200);
INSERT INTO clicks (user, page, ms, ROWTIME) VALUES ('bob', '/c', NULL, 300);
INSERT INTO clicks (user, page, ms, ROWTIME) VALUES ('bob', '/d', 12, 150);
ASSERT VALUES slow (user, page, ms, ROWTIME) VALUES ('ann', '/b', 11, 200);
ASSERT VALUES slow (user, page, ms, ROWTIME) VALUES ('bob', '/d', 12, 150);
ASSERT NO MORE VALUES slow;
--@rows: [["ann", "/a"], ["bob", "/c"]]
SELECT user, page FROM clicks WHERE ms IS NULL OR ms <= 10;

--@test: a comparison with NULL is false, and its negation true
CREATE STREAM s (id INT, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
INSERT INTO s (id, v) VALUES (1, 1);
INSERT INTO s (id, v) VALUES (2, 2);
INSERT INTO s (id, v) VALUES (3, NULL);
--@rows: [[1]]
SELECT id FROM s WHERE v = 1;
--@rows: [[2]]
SELECT id FROM s WHERE v <> 1;
--@rows: [[2], [3]]
SELECT id FROM s WHERE NOT (v = 1);
--@rows: [[2], [3]]
SELECT id FROM s WHERE v IS DISTINCT FROM 1;
--@rows: [[1]]
SELECT id FROM s WHERE v IS NOT DISTINCT FROM 1;
--@rows: [[2], [3]]
SELECT id FROM s WHERE v NOT BETWEEN 0 AND 1;
--@rows: [[1], [3]]
SELECT id FROM s WHERE v NOT IN (2);

--@test: a NULL literal cannot be compared
CREATE STREAM s (v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
--@expect.error: NULL
SELECT v FROM s WHERE v = NULL;
--@expect.error: NULL
SELECT v FROM s WHERE v IS DISTINCT FROM NULL;

--@test: a row whose condition is a null BOOLEAN column is left out, also under NOT
CREATE STREAM s (id INT, ok BOOLEAN) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM yes AS SELECT * FROM s WHERE ok;
CREATE STREAM no AS SELECT * FROM s WHERE NOT ok;
INSERT INTO s (id, ok) VALUES (1, TRUE);
INSERT INTO s (id, ok) VALUES (2, FALSE);
INSERT INTO s (id, ok) VALUES (3, NULL);
ASSERT VALUES yes (id) VALUES (1);
ASSERT NO MORE VALUES yes;
ASSERT VALUES no (id) VALUES (2);
ASSERT NO MORE VALUES no;

--@test: AND and OR stop as soon as they know
CREATE STREAM s (id INT, d INT, ok BOOLEAN)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
INSERT INTO s (id, d) VALUES (1, 0);
INSERT INTO s (id, d) VALUES (2, 5);
--@rows: [[2]]
SELECT id FROM s WHERE d <> 0 AND 10 / d = 2;
--@rows: [[1], [2]]
SELECT id FROM s WHERE d = 0 OR 10 / d = 2;
--@rows: [[1]]
SELECT id FROM s WHERE d = 0 OR ok;

--@test: a row whose condition fails to compute is left out
CREATE STREAM s (id INT, d INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM t AS SELECT * FROM s WHERE 10 / d > 1;
INSERT INTO s (id, d) VALUES (1, 0);
INSERT INTO s (id, d) VALUES (2, 5);
INSERT INTO s (id, d) VALUES (3, NULL);
ASSERT VALUES t (id) VALUES (2);
ASSERT NO MORE VALUES t;

--@test: a filter drops records without a value
CREATE STREAM bytes (k VARCHAR KEY, v VARCHAR)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='KAFKA', PARTITIONS=1);
CREATE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM filtered AS SELECT k, v FROM s WHERE v IS NULL;
INSERT INTO bytes (k, v) VALUES ('a', NULL);
INSERT INTO bytes (k, v) VALUES ('b', '{"V":null}');
ASSERT NULL VALUES bytes (k) KEY ('a');
ASSERT VALUES filtered (k, v) VALUES ('b', NULL);
ASSERT NO MORE VALUES filtered;

--@test: ROWTIME is compared with numbers and with the text of a time
CREATE STREAM s (id INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
INSERT INTO s (id, ROWTIME) VALUES (1, 1577836799999);
INSERT INTO s (id, ROWTIME) VALUES (2, 1577836800000);
--@rows: [[2]]
SELECT id FROM s WHERE ROWTIME >= '2020-01-01T00:00:00';
--@rows: [[2, 1577836800000]]
SELECT id, ROWTIME AS t FROM s WHERE ROWTIME BETWEEN '2020' AND '2020-01-02';
--@rows: [[1]]
SELECT id FROM s WHERE ROWTIME < 1577836800000;

--@test: the condition has to be BOOLEAN and its columns have to exist
CREATE STREAM s (id INT, name VARCHAR) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
--@expect.error: must be BOOLEAN, but (ID + 1) is INTEGER
SELECT * FROM s WHERE id + 1;
--@expect.error: Did you mean NAME?
SELECT * FROM s WHERE nane = 'x';
--@expect.error: cannot be compared
SELECT * FROM s WHERE id = name;
