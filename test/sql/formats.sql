--@test: a JSON value is an object with all columns, nulls included
CREATE STREAM s (k INT KEY, b BOOLEAN, i INT, l BIGINT, m DECIMAL(4, 2), d DOUBLE, t VARCHAR)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM bytes (v VARCHAR) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='KAFKA');
INSERT INTO s VALUES (1, TRUE, -5, 9007199254740993, 1.1, 1E10, 'say "x"');
INSERT INTO s (k) VALUES (2);
ASSERT VALUES bytes (v) VALUES
  ('{"B":true,"I":-5,"L":9007199254740993,"M":1.10,"D":1.0E10,"T":"say \"x\""}');
ASSERT VALUES bytes (v) VALUES ('{"B":null,"I":null,"L":null,"M":null,"D":null,"T":null}');

--@test: JSON columns are found in any letter case, and unknown fields are ignored
CREATE STREAM bytes (v VARCHAR) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='KAFKA', PARTITIONS=1);
CREATE STREAM s (name VARCHAR, n INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
INSERT INTO bytes VALUES ('{"name":"ann","N":1}');
INSERT INTO bytes VALUES ('{"Name":"bob","other":{"n":5},"n":2}');
INSERT INTO bytes VALUES ('{"n":3}');
INSERT INTO bytes VALUES (' { "name" : null , "n" : 4.9 } ');
--@rows: [["ann", 1], ["bob", 2], [null, 3], [null, 4]]
SELECT name, n FROM s;

--@test: JSON text, numbers and booleans are read as the column type says
CREATE STREAM bytes (v VARCHAR) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='KAFKA', PARTITIONS=1);
CREATE STREAM s (t VARCHAR, i BIGINT, m DECIMAL(4, 2))
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
INSERT INTO bytes VALUES ('{"t":12.50,"i":"7","m":"1.5"}');
INSERT INTO bytes VALUES ('{"t":true,"i":9007199254740993,"m":99.99}');
INSERT INTO bytes VALUES ('{"t":{"a":1},"i":-0,"m":1.100}');
--@rows: [["12.50", 7, 1.50], ["true", 9007199254740993, 99.99], ["{\"a\":1}", 0, 1.10]]
SELECT t, i, m FROM s;

--@test: a record that cannot be read is left out and the query goes on
CREATE STREAM bytes (k VARCHAR KEY, v VARCHAR)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='KAFKA', PARTITIONS=1);
CREATE STREAM s (k VARCHAR KEY, n INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM t AS SELECT k, n FROM s;
INSERT INTO bytes VALUES ('a', '{"n":1}');
INSERT INTO bytes VALUES ('b', '{"n":');
INSERT INTO bytes VALUES ('c', '{"n":true}');
INSERT INTO bytes VALUES ('d', '');
INSERT INTO bytes VALUES ('e', '[1]');
INSERT INTO bytes VALUES ('f', '{"n":2}');
ASSERT VALUES t (k, n) VALUES ('a', 1);
ASSERT VALUES t (k, n) VALUES ('f', 2);
ASSERT NO MORE VALUES t;

--@test: DELIMITED values are columns between commas, quoted where they need it
CREATE STREAM s (i INT, t VARCHAR, m DECIMAL(4, 2), u VARCHAR)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='DELIMITED', PARTITIONS=1);
CREATE STREAM bytes (v VARCHAR) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='KAFKA');
INSERT INTO s VALUES (1, 'plain', 1.5, 'x');
INSERT INTO s VALUES (2, 'a,b', NULL, 'say "hi"');
ASSERT VALUES bytes (v) VALUES ('1,plain,1.50,x');
ASSERT VALUES bytes (v) VALUES ('2,"a,b",,"say ""hi"""');
--@rows: [[1, "plain", 1.50, "x"], [2, "a,b", null, "say \"hi\""]]
SELECT i, t, m, u FROM s;

--@test: DELIMITED takes another delimiter and refuses another number of fields
CREATE STREAM bytes (v VARCHAR) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='KAFKA', PARTITIONS=1);
CREATE STREAM s (a INT, b VARCHAR)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='DELIMITED', VALUE_DELIMITER='|');
INSERT INTO bytes VALUES ('1|x');
INSERT INTO bytes VALUES ('2|x|y');
INSERT INTO bytes VALUES ('3');
INSERT INTO bytes VALUES ('4|');
--@rows: [[1, "x"], [4, null]]
SELECT a, b FROM s;

--@test: KAFKA holds one column in its own bytes
CREATE STREAM ints (k INT KEY, v BIGINT)
  WITH (KAFKA_TOPIC='ints', VALUE_FORMAT='KAFKA', PARTITIONS=1);
INSERT INTO ints VALUES (-1, 9007199254740993);
INSERT INTO ints VALUES (2, NULL);
ASSERT VALUES ints (k, v) VALUES (-1, 9007199254740993);
ASSERT NULL VALUES ints (k) KEY (2);
--@expect.error: KAFKA
CREATE STREAM two (a INT, b INT) WITH (KAFKA_TOPIC='two', VALUE_FORMAT='KAFKA', PARTITIONS=1);
--@expect.error: KAFKA
CREATE STREAM bool (a BOOLEAN) WITH (KAFKA_TOPIC='bool', VALUE_FORMAT='KAFKA', PARTITIONS=1);

--@test: keys are written in JSON and DELIMITED as well, one column bare and several together
CREATE STREAM one (k VARCHAR KEY, v INT)
  WITH (KAFKA_TOPIC='one', FORMAT='JSON', PARTITIONS=1);
CREATE STREAM two (a INT KEY, b VARCHAR KEY, v INT)
  WITH (KAFKA_TOPIC='two', FORMAT='JSON', PARTITIONS=1);
CREATE STREAM csv (a INT KEY, b VARCHAR KEY, v INT)
  WITH (KAFKA_TOPIC='csv', FORMAT='DELIMITED', PARTITIONS=1);
CREATE STREAM one_key (k VARCHAR KEY, v VARCHAR) WITH (KAFKA_TOPIC='one', VALUE_FORMAT='KAFKA');
CREATE STREAM two_key (k VARCHAR KEY, v VARCHAR) WITH (KAFKA_TOPIC='two', VALUE_FORMAT='KAFKA');
CREATE STREAM csv_key (k VARCHAR KEY, v VARCHAR) WITH (KAFKA_TOPIC='csv', VALUE_FORMAT='KAFKA');
INSERT INTO one VALUES ('a', 1);
INSERT INTO two VALUES (1, 'x', 2);
INSERT INTO csv VALUES (1, 'x', 3);
ASSERT VALUES one_key (k, v) VALUES ('"a"', '{"V":1}');
ASSERT VALUES two_key (k, v) VALUES ('{"A":1,"B":"x"}', '{"V":2}');
ASSERT VALUES csv_key (k, v) VALUES ('1,x', '3');
--@rows: [[1, "x", 2]]
SELECT * FROM two;
--@expect.error: KAFKA
CREATE STREAM bad (a INT KEY, b INT KEY, v INT)
  WITH (KAFKA_TOPIC='bad', KEY_FORMAT='KAFKA', VALUE_FORMAT='JSON', PARTITIONS=1);

--@test: a query can change the formats
CREATE STREAM s (k INT KEY, a INT, b VARCHAR)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM t WITH (KAFKA_TOPIC='t', KEY_FORMAT='JSON', VALUE_FORMAT='DELIMITED') AS
  SELECT k, a, b FROM s;
CREATE STREAM bytes (k VARCHAR KEY, v VARCHAR) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='KAFKA');
INSERT INTO s VALUES (5, 1, 'x');
ASSERT VALUES bytes (k, v) VALUES ('5', '1,x');

--@test: WRAP_SINGLE_VALUE=false writes a single column bare
CREATE STREAM s (k INT KEY, v INT)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1, WRAP_SINGLE_VALUE=false);
CREATE STREAM bytes (v VARCHAR) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='KAFKA');
INSERT INTO s VALUES (1, 42);
INSERT INTO s VALUES (2, NULL);
ASSERT VALUES bytes (v) VALUES ('42');
ASSERT VALUES s (k, v) VALUES (1, 42);
ASSERT NULL VALUES s (k) KEY (2);

--@test: an unknown format is refused by name
--@expect.error: Unknown format JSO
CREATE STREAM s (v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSO', PARTITIONS=1);
--@expect.error: VALUE_FORMAT
CREATE STREAM s (v INT) WITH (KAFKA_TOPIC='s', PARTITIONS=1);
