--@test: rows of two streams that are near each other in time are joined
CREATE STREAM orders (id INT KEY, item VARCHAR)
  WITH (KAFKA_TOPIC='orders', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM payments (id INT KEY, cents INT)
  WITH (KAFKA_TOPIC='payments', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM paid AS SELECT o.id AS id, item, cents FROM orders o
  JOIN payments p WITHIN (1 SECOND, 10 SECONDS) ON o.id = p.id;
INSERT INTO orders (id, item, ROWTIME) VALUES (1, 'pen', 5000);
INSERT INTO payments (id, cents, ROWTIME) VALUES (1, 1, 3999);
INSERT INTO payments (id, cents, ROWTIME) VALUES (1, 2, 4000);
INSERT INTO payments (id, cents, ROWTIME) VALUES (1, 3, 15000);
INSERT INTO payments (id, cents, ROWTIME) VALUES (1, 4, 15001);
INSERT INTO orders (id, item, ROWTIME) VALUES (1, 'ink', 4500);
ASSERT VALUES paid (id, item, cents, ROWTIME) VALUES (1, 'pen', 2, 5000);
ASSERT VALUES paid (id, item, cents, ROWTIME) VALUES (1, 'pen', 3, 15000);
ASSERT VALUES paid (id, item, cents, ROWTIME) VALUES (1, 'ink', 1, 4500);
ASSERT VALUES paid (id, item, cents, ROWTIME) VALUES (1, 'ink', 2, 4500);
ASSERT NO MORE VALUES paid;

--@test: outer joins without GRACE PERIOD show rows without a partner at once
CREATE STREAM a (id INT KEY, x INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM b (id INT KEY, y INT) WITH (KAFKA_TOPIC='b', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM lj AS SELECT a.id AS id, x, y FROM a LEFT JOIN b WITHIN 1 SECOND ON a.id = b.id;
CREATE STREAM rj AS SELECT a.id AS id, x, y FROM a RIGHT JOIN b WITHIN 1 SECOND ON a.id = b.id;
CREATE STREAM fj AS SELECT ROWKEY AS id, x, y, a.id, b.id FROM a FULL JOIN b WITHIN 1 SECOND ON a.id = b.id;
INSERT INTO a (id, x, ROWTIME) VALUES (1, 1, 100);
INSERT INTO b (id, y, ROWTIME) VALUES (1, 2, 200);
INSERT INTO b (id, y, ROWTIME) VALUES (2, 3, 300);
ASSERT VALUES lj (id, x, y, ROWTIME) VALUES (1, 1, NULL, 100);
ASSERT VALUES lj (id, x, y, ROWTIME) VALUES (1, 1, 2, 200);
ASSERT NO MORE VALUES lj;
ASSERT VALUES rj (id, x, y, ROWTIME) VALUES (1, 1, 2, 200);
ASSERT VALUES rj (id, x, y, ROWTIME) VALUES (2, NULL, 3, 300);
ASSERT NO MORE VALUES rj;
ASSERT VALUES fj (id, x, y, a_id, b_id) VALUES (1, 1, NULL, 1, NULL);
ASSERT VALUES fj (id, x, y, a_id, b_id) VALUES (1, 1, 2, 1, 1);
ASSERT VALUES fj (id, x, y, a_id, b_id) VALUES (2, NULL, 3, NULL, 2);
ASSERT NO MORE VALUES fj;

--@test: streams with other partitions and keys are handed over, so that equal keys meet
CREATE STREAM a (k INT KEY, id INT, x INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON', PARTITIONS=3);
CREATE STREAM b (id INT, y INT) WITH (KAFKA_TOPIC='b', VALUE_FORMAT='JSON', PARTITIONS=2);
CREATE STREAM j WITH (PARTITIONS=1) AS SELECT a.id AS id, x, y FROM a JOIN b WITHIN 1 DAY ON a.id = b.id;
INSERT INTO a VALUES (1, 7, 1);
INSERT INTO b VALUES (7, 2);
INSERT INTO b VALUES (8, 3);
INSERT INTO a VALUES (2, 8, 4);
INSERT INTO a VALUES (3, 7, 5);
--@rows.unordered: [[7, 1, 2], [8, 4, 3], [7, 5, 2]]
SELECT * FROM j;

--@test: rows without a key join nothing and appear alone in outer joins
CREATE STREAM a (k INT KEY, id INT, x INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM b (id INT, y INT) WITH (KAFKA_TOPIC='b', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM j AS SELECT a.id AS id, x, y FROM a LEFT JOIN b WITHIN 1 DAY GRACE PERIOD 1 DAY ON a.id = b.id;
INSERT INTO b VALUES (NULL, 2);
INSERT INTO a VALUES (1, NULL, 1);
ASSERT VALUES j (id, x, y) VALUES (NULL, 1, NULL);
ASSERT NO MORE VALUES j;

--@test: a chain of three streams and a table
CREATE STREAM a (id INT KEY, x INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM b (id INT KEY, y INT) WITH (KAFKA_TOPIC='b', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM c (id INT KEY, z INT) WITH (KAFKA_TOPIC='c', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM j AS SELECT c.id AS id, x, y, z, name FROM a
  JOIN b WITHIN 1 SECOND ON a.id = b.id
  LEFT JOIN c WITHIN 1 SECOND ON b.id = c.id
  JOIN t ON c.id = t.id;
INSERT INTO t (id, name, ROWTIME) VALUES (1, 'one', 1);
INSERT INTO a (id, x, ROWTIME) VALUES (1, 1, 10);
INSERT INTO b (id, y, ROWTIME) VALUES (1, 2, 20);
INSERT INTO c (id, z, ROWTIME) VALUES (1, 3, 15);
ASSERT VALUES j (id, x, y, z, name, ROWTIME) VALUES (1, 1, 2, NULL, 'one', 20);
ASSERT VALUES j (id, x, y, z, name, ROWTIME) VALUES (1, 1, 2, 3, 'one', 20);
ASSERT NO MORE VALUES j;

--@test: joined rows are filtered, grouped and partitioned as they come out of the join
CREATE STREAM a (id INT KEY, x INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM b (id INT KEY, x INT) WITH (KAFKA_TOPIC='b', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM p AS SELECT b.x AS k, a.x AS v FROM a JOIN b WITHIN 1 DAY ON a.id = b.id
  WHERE a.x > 1 PARTITION BY b.x;
CREATE TABLE g AS SELECT a.id AS id, SUM(b.x) AS total FROM a JOIN b WITHIN 1 DAY ON a.id = b.id
  GROUP BY a.id;
INSERT INTO a VALUES (1, 1);
INSERT INTO a VALUES (1, 2);
INSERT INTO b VALUES (1, 10);
ASSERT VALUES p (k, v) VALUES (10, 2);
ASSERT NO MORE VALUES p;
--@rows: [[1, 20]]
SELECT * FROM g;

--@test: rows that came before a restart find those that come after it
CREATE STREAM a (id INT KEY, x INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON', PARTITIONS=2);
CREATE STREAM b (k INT KEY, id INT, y INT) WITH (KAFKA_TOPIC='b', VALUE_FORMAT='JSON', PARTITIONS=2);
CREATE STREAM j AS SELECT a.id AS id, x, y FROM a LEFT JOIN b WITHIN 1 SECOND ON a.id = b.id;
INSERT INTO a (id, x, ROWTIME) VALUES (1, 1, 100);
INSERT INTO b (k, id, y, ROWTIME) VALUES (7, 2, 2, 100);
--@restart
INSERT INTO b (k, id, y, ROWTIME) VALUES (8, 1, 3, 200);
INSERT INTO a (id, x, ROWTIME) VALUES (2, 4, 300);
--@rows.unordered: [[1, 1, null], [1, 1, 3], [2, 4, 2]]
SELECT * FROM j;
