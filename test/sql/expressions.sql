--@test: a null operand makes an arithmetic expression NULL
CREATE STREAM s (a INT, b INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM t AS SELECT a + b AS x, COALESCE(a + b, 0) AS y, COALESCE(a, 0) + 1 AS z FROM s;
INSERT INTO s (a, b) VALUES (NULL, 1);
INSERT INTO s (a, b) VALUES (2, 1);
ASSERT VALUES t (x, y, z) VALUES (NULL, NULL, 1);
ASSERT VALUES t (x, y, z) VALUES (3, 3, 3);

--@test: integers wrap, divide toward zero and keep the sign of the dividend
CREATE STREAM s (a INT, b INT, l BIGINT)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
INSERT INTO s VALUES (2147483647, 1, 9223372036854775807);
INSERT INTO s VALUES (-7, 2, -9223372036854775808);
--@rows: [[-2147483648, 2147483647, 0, -9223372036854775808], [-5, -3, -1, -9223372036854775807]]
SELECT a + b, a / b, a % b, l + 1 FROM s;

--@test: a BIGINT keeps every digit
CREATE STREAM s (k BIGINT KEY, v BIGINT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM t AS SELECT k, v, v + 1 AS w, v * 2 AS x FROM s;
INSERT INTO s VALUES (9007199254740993, 9007199254740993);
INSERT INTO s VALUES (-9223372036854775808, 9223372036854775807);
ASSERT VALUES t (k, v, w, x)
  VALUES (9007199254740993, 9007199254740993, 9007199254740994, 18014398509481986);
ASSERT VALUES t (k, v, w, x) VALUES (-9223372036854775808, 9223372036854775807,
  -9223372036854775808, -2);
--@rows: [[9007199254740993, 9007199254740993]]
SELECT k, v FROM s WHERE v = 9007199254740993;
--@rows: []
SELECT k, v FROM s WHERE v = 9007199254740992;

--@test: a DECIMAL keeps its scale and computes exactly
CREATE STREAM s (a DECIMAL(4, 2), b DECIMAL(4, 2))
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
INSERT INTO s VALUES (10.10, 2.00);
INSERT INTO s VALUES (1.00, 3.00);
INSERT INTO s VALUES (0.10, 0.20);
INSERT INTO s VALUES (-1.5, 0);
--@rows: [[12.10, 8.10, 20.2000, 5.0500000], [4.00, -2.00, 3.0000, null], [0.30, -0.10, 0.0200, 0.5000000], [-1.50, -1.50, 0.0000, null]]
SELECT a + b, a - b, a * b, a / b FROM s;

--@test: types of arithmetic widen from INTEGER over BIGINT and DECIMAL to DOUBLE
CREATE STREAM s (i INT, l BIGINT, d DECIMAL(3, 1), f DOUBLE)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM t AS SELECT i + i AS ii, i + l AS il, i + d AS id, l + d AS ld, d + f AS df FROM s;
INSERT INTO s VALUES (1, 2, 3.5, 4E0);
ASSERT VALUES t (ii, il, id, ld, df) VALUES (2, 3, 4.5, 5.5, 7.5E0);
--@rows: [[1.0, 2.5, -0.5, 1.0E10]]
SELECT CAST(i AS DOUBLE), f - 1.5, 3.5E0 - f, 1E10 FROM s WHERE d = 3.5 AND f = 4;

--@test: a DOUBLE divided by zero is infinite, an INTEGER divided by zero is NULL
CREATE STREAM s (i INT, f DOUBLE) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
INSERT INTO s VALUES (1, 1E0);
--@rows: [["Infinity", "-Infinity", null, null]]
SELECT f / 0, -f / 0, i / 0, i % 0 FROM s;

--@test: text is joined with + and ||, which treat NULL differently
CREATE STREAM s (a VARCHAR, b VARCHAR) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM t AS SELECT a + b AS plus, a || b AS bars, CONCAT(a, '-', b) AS c FROM s;
INSERT INTO s VALUES ('x', 'y');
INSERT INTO s VALUES ('x', NULL);
ASSERT VALUES t (plus, bars, c) VALUES ('xy', 'xy', 'x-y');
ASSERT VALUES t (plus, bars, c) VALUES ('xnull', 'x', 'x-');

--@test: CASE takes the first true condition, and NULL without ELSE
CREATE STREAM s (v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
INSERT INTO s VALUES (1);
INSERT INTO s VALUES (5);
INSERT INTO s VALUES (50);
INSERT INTO s VALUES (NULL);
--@rows: [["small", "a"], ["middle", "b"], ["large", null], ["large", null]]
SELECT
  CASE WHEN v < 3 THEN 'small' WHEN v < 10 THEN 'middle' ELSE 'large' END,
  CASE WHEN v < 3 THEN 'a' WHEN v < 10 THEN 'b' END
FROM s;
--@expect.error: All results of a CASE must have the same type
SELECT CASE WHEN v = 1 THEN 1 ELSE 'x' END FROM s;

--@test: CASE computes only what it needs
CREATE STREAM s (d INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM t AS SELECT CASE WHEN d = 0 THEN -1 ELSE 10 / d END AS q FROM s;
INSERT INTO s VALUES (0);
INSERT INTO s VALUES (5);
ASSERT VALUES t (q) VALUES (-1);
ASSERT VALUES t (q) VALUES (2);

--@test: LIKE knows % and _ and an escape character
CREATE STREAM s (id INT, v VARCHAR) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
INSERT INTO s VALUES (1, 'apple');
INSERT INTO s VALUES (2, 'a%e');
INSERT INTO s VALUES (3, 'Apple');
INSERT INTO s VALUES (4, 'a.e');
INSERT INTO s VALUES (5, NULL);
INSERT INTO s VALUES (6, 'a😀e');
--@rows: [[1], [2], [4], [6]]
SELECT id FROM s WHERE v LIKE 'a%e';
--@rows: [[2], [4], [6]]
SELECT id FROM s WHERE v LIKE 'a_e';
--@rows: [[2]]
SELECT id FROM s WHERE v LIKE 'a!%e' ESCAPE '!';
--@rows: [[3]]
SELECT id FROM s WHERE v NOT LIKE 'a%';
--@rows: [[4]]
SELECT id FROM s WHERE v LIKE 'a.e';

--@test: IN brings its list to a common type
CREATE STREAM s (id INT, v VARCHAR) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
INSERT INTO s VALUES (1, 'a');
INSERT INTO s VALUES (2, '10');
INSERT INTO s VALUES (3, NULL);
--@rows: [[1], [3]]
SELECT id FROM s WHERE id IN (1, 3, 2147483648);
--@rows: [[2]]
SELECT id FROM s WHERE id IN ('2', 7.5);
--@rows: [[2]]
SELECT id FROM s WHERE v IN (10, 'b');
--@rows: [[1]]
SELECT id FROM s WHERE v IN ('a', NULL);
--@rows: [[2], [3]]
SELECT id FROM s WHERE v NOT IN ('a', 'b');

--@test: BETWEEN includes both ends
CREATE STREAM s (v DOUBLE) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
INSERT INTO s VALUES (1E0);
INSERT INTO s VALUES (1.5);
INSERT INTO s VALUES (2E0);
INSERT INTO s VALUES (2.1);
--@rows: [[1.0], [1.5], [2.0]]
SELECT v FROM s WHERE v BETWEEN 1 AND 2;
--@rows: [[2.1]]
SELECT v FROM s WHERE v NOT BETWEEN 1 AND 2;

--@test: CAST converts as its table says
CREATE STREAM s (v VARCHAR, d DOUBLE, m DECIMAL(5, 2))
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
INSERT INTO s VALUES (' 12 ', -2.7, 9.96);
INSERT INTO s VALUES ('x', 1E10, 123.45);
--@rows: [[12, 12.00, false, -2, "-2.7", "9.96", 10.0], [null, null, false, 2147483647, "1.0E10", "123.45", null]]
SELECT CAST(v AS INT), CAST(v AS DECIMAL(4, 2)), CAST(v AS BOOLEAN), CAST(d AS INT),
  CAST(d AS VARCHAR), CAST(m AS VARCHAR), CAST(m AS DECIMAL(2, 1)) FROM s;
--@expect.error: there is no conversion from DOUBLE to BOOLEAN
SELECT CAST(d AS BOOLEAN) FROM s;

--@test: a failing CAST inside a function call is NULL there
CREATE STREAM s (v VARCHAR) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM t AS SELECT COALESCE(CAST(v AS INT), 0) AS n FROM s;
INSERT INTO s VALUES ('x');
INSERT INTO s VALUES ('7');
ASSERT VALUES t (n) VALUES (0);
ASSERT VALUES t (n) VALUES (7);

--@test: times are written, compared and cast
CREATE STREAM s (d DATE, t TIME, ts TIMESTAMP)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM bytes (v VARCHAR) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='KAFKA');
INSERT INTO s VALUES ('2020-02-29', '10:00:05', '2020-02-29T10:00:05.678');
ASSERT VALUES bytes (v) VALUES ('{"D":18321,"T":36005000,"TS":1582970405678}');
--@rows: [["2020-02-29", "10:00:05", "2020-02-29T10:00:05.678"]]
SELECT d, t, ts FROM s WHERE d = '2020-02-29' AND t > '10:00' AND ts < '2020-03';
--@rows: [["2020-02-29", "10:00:05", "2020-02-29T00:00:00.000"]]
SELECT CAST(ts AS DATE), CAST(ts AS TIME), CAST(d AS TIMESTAMP) FROM s;

--@test: a function call takes the arguments its signatures name
CREATE STREAM s (v VARCHAR, n INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
INSERT INTO s VALUES ('abc', 3);
--@rows: [["ABC", 3, "bc", "abcxx"]]
SELECT UCASE(v), LEN(v), SUBSTRING(v, 2), RPAD(v, 5, 'x') FROM s;
--@expect.error: does not accept
SELECT UCASE(n) FROM s;
--@expect.error: Did you mean UCASE?
SELECT UCASSE(v) FROM s;

--@test: a decimal may be written as a text behind its type
CREATE STREAM s (a INT, d DECIMAL(4, 2)) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM t AS SELECT d + `DECIMAL` '12.30' AS x FROM s;
INSERT INTO s (a, d) VALUES (1, `DECIMAL` '1.25');
ASSERT VALUES t (x) VALUES (13.55);
