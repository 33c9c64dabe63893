--@test: JSON in a text column is taken apart without losing digits
CREATE STREAM s (j STRING) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM t AS SELECT EXTRACTJSONFIELD(j, '$.a[1]') AS a, JSON_KEYS(j) AS k FROM s;
INSERT INTO s VALUES ('{"a": [1, 9007199254740993], "b": 1.50}');
INSERT INTO s VALUES ('not JSON');
ASSERT VALUES t (a, k) VALUES ('9007199254740993', ARRAY['a', 'b']);
ASSERT VALUES t (a, k) VALUES (NULL, NULL);

--@test: a wrong regular expression of one row makes its column NULL and the query goes on
CREATE STREAM s (p STRING, v STRING) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM t AS SELECT REGEXP_EXTRACT(p, v) AS x, SPLIT(v, '-') AS y FROM s;
INSERT INTO s VALUES ('(', 'a-1');
INSERT INTO s VALUES ('(?=a)', 'a-1');
INSERT INTO s VALUES ('[0-9]', 'a-1');
ASSERT VALUES t (x, y) VALUES (NULL, ARRAY['a', '1']);
ASSERT VALUES t (x, y) VALUES (NULL, ARRAY['a', '1']);
ASSERT VALUES t (x, y) VALUES ('1', ARRAY['a', '1']);

--@test: functions of bytes work on what a topic holds in base64
CREATE STREAM s (y BYTES) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
INSERT INTO s VALUES (TO_BYTES('00000102', 'hex'));
--@rows: [[258, "00000102", 4]]
SELECT INT_FROM_BYTES(y), FROM_BYTES(y, 'hex'), LEN(y) FROM s;
