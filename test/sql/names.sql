--@test: names without quotes are upper case, quoted names stay as they are
CREATE STREAM `lower-case` (`id` INT KEY, `ID` INT, "Mixed Case" VARCHAR)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM copied AS SELECT `id`, ID, `Mixed Case` AS m FROM `lower-case`;
CREATE STREAM bytes (v VARCHAR) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='KAFKA');
INSERT INTO "lower-case" (`id`, id, `Mixed Case`) VALUES (1, 2, 'x');
ASSERT VALUES bytes (v) VALUES ('{"ID":2,"Mixed Case":"x"}');
ASSERT VALUES copied (`id`, ID, M) VALUES (1, 2, 'x');
--@rows: [[1, 2]]
SELECT `id`, id FROM `lower-case`;
--@expect.error: LOWER
SELECT * FROM lower;
--@expect.error: lower-case
SELECT * FROM `lower_case`;

--@test: a quoted lower-case column is not filled by an upper-case field
CREATE STREAM bytes (v VARCHAR) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='KAFKA', PARTITIONS=1);
CREATE STREAM s (`a` INT, B INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
INSERT INTO bytes VALUES ('{"A":1,"b":2}');
INSERT INTO bytes VALUES ('{"a":3,"B":4}');
--@rows: [[null, 2], [3, 4]]
SELECT * FROM s;

--@test: names that mean something to JavaScript are columns like any other
CREATE STREAM s (`__proto__` INT KEY, `constructor` INT, `toString` VARCHAR, `hasOwnProperty` INT)
  WITH (KAFKA_TOPIC='s', KEY_FORMAT='JSON', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM t AS SELECT `__proto__`, `constructor` + 1 AS `valueOf`, `toString` FROM s;
CREATE TABLE n AS SELECT `__proto__`, COUNT(*) AS `length` FROM s GROUP BY `__proto__`;
CREATE STREAM bytes (v VARCHAR) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='KAFKA');
INSERT INTO s VALUES (1, 2, 'x', 3);
INSERT INTO s (`toString`, `__proto__`) VALUES ('y', 2);
ASSERT VALUES bytes (v) VALUES ('{"constructor":2,"toString":"x","hasOwnProperty":3}');
ASSERT VALUES bytes (v) VALUES ('{"constructor":null,"toString":"y","hasOwnProperty":null}');
ASSERT VALUES t (`__proto__`, `valueOf`, `toString`) VALUES (1, 3, 'x');
ASSERT VALUES t (`__proto__`, `valueOf`, `toString`) VALUES (2, NULL, 'y');
--@rows: [[1, 1], [2, 1]]
SELECT `__proto__`, `length` FROM n;

--@test: a value column called __proto__ is written and read
CREATE STREAM s (`__proto__` VARCHAR, v INT)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM bytes (v VARCHAR) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='KAFKA');
INSERT INTO s VALUES ('x', 1);
INSERT INTO bytes VALUES ('{"__proto__":"y","v":2}');
INSERT INTO bytes VALUES ('{"v":3}');
ASSERT VALUES bytes (v) VALUES ('{"__proto__":"x","V":1}');
--@rows: [["x", 1], ["y", 2], [null, 3]]
SELECT * FROM s;

--@test: keys of groups may be any text
CREATE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t AS SELECT k, SUM(v) AS total FROM s GROUP BY k;
INSERT INTO s VALUES ('__proto__', 1);
INSERT INTO s VALUES ('constructor', 2);
INSERT INTO s VALUES ('', 3);
INSERT INTO s VALUES ('a''b"c\d', 4);
INSERT INTO s VALUES ('😀', 5);
INSERT INTO s VALUES ('__proto__', 10);
--@rows: [["", 3], ["__proto__", 11], ["a'b\"c\\d", 4], ["constructor", 2], ["😀", 5]]
SELECT * FROM t;
--@rows: [["__proto__", 11]]
SELECT * FROM t WHERE k = '__proto__';
--@rows: [["", 3]]
SELECT * FROM t WHERE k = '';

--@test: reserved words are names when they are quoted
CREATE STREAM `SELECT` (`FROM` INT KEY, `WHERE` INT, `GROUP` VARCHAR, `END` INT)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE `TABLE` AS SELECT `GROUP`, SUM(`WHERE`) AS `ORDER` FROM `SELECT`
  WHERE `END` > 0 GROUP BY `GROUP`;
INSERT INTO `SELECT` VALUES (1, 2, 'x', 3);
ASSERT VALUES `TABLE` (`GROUP`, `ORDER`) VALUES ('x', 2);
--@expect.error: reserved word
SELECT from FROM `SELECT`;

--@test: words that are not reserved are names without quotes
CREATE STREAM s (key INT KEY, date INT, timestamp BIGINT, year INT, id INT, type VARCHAR)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
INSERT INTO s VALUES (1, 2, 3, 4, 5, 'x');
--@rows: [[1, 2, 3, 4, 5, "x"]]
SELECT key, date, timestamp, year, id, type FROM s;

--@test: sources are named by their alias
CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
INSERT INTO s VALUES (1, 2);
--@rows: [[1, 2]]
SELECT x.k, x.v FROM s AS x;
--@rows: [[1, 2]]
SELECT x.* FROM s x;
--@expect.error: Y is no stream, table or alias
SELECT y.v FROM s x;

--@test: halves of surrogate pairs are one key, before and after a restart
CREATE STREAM bytes (v VARCHAR) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='KAFKA', PARTITIONS=1);
CREATE STREAM s (g VARCHAR) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE TABLE t AS SELECT g, COUNT(*) AS n FROM s GROUP BY g;
INSERT INTO bytes VALUES ('{"g":"\ud800"}');
INSERT INTO bytes VALUES ('{"g":"\ud801"}');
--@rows: [["�", 2]]
SELECT * FROM t;
--@restart
INSERT INTO bytes VALUES ('{"g":"\ud800"}');
--@rows: [["�", 3]]
SELECT * FROM t;

--@test: names that mean something to JavaScript survive a restart
CREATE STREAM s (`__proto__` INT KEY, `constructor` INT)
  WITH (KAFKA_TOPIC='s', KEY_FORMAT='JSON', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM `__proto__` WITH (KAFKA_TOPIC='p') AS SELECT `__proto__`, `constructor` FROM s;
CREATE TABLE n AS SELECT `__proto__`, COUNT(*) AS `length` FROM s GROUP BY `__proto__`;
--@restart
INSERT INTO s VALUES (1, 2);
ASSERT VALUES `__proto__` (`__proto__`, `constructor`) VALUES (1, 2);
--@rows: [[1, 1]]
SELECT * FROM n;
