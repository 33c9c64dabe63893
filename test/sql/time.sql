--@test: TIMESTAMP_FORMAT says how the text of the TIMESTAMP column of a source is read
CREATE STREAM bytes (v VARCHAR) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='KAFKA', PARTITIONS=1);
CREATE STREAM s (id INT, t VARCHAR)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', TIMESTAMP='t', TIMESTAMP_FORMAT='dd/MM/yyyy HH:mm');
CREATE STREAM copy AS SELECT id FROM s;
INSERT INTO bytes VALUES ('{"id":1,"t":"02/01/1970 00:01"}');
INSERT INTO bytes VALUES ('{"id":2,"t":"soon"}');
INSERT INTO bytes VALUES ('{"id":3,"t":null}');
INSERT INTO bytes VALUES ('{"id":4,"t":"01/01/1970 00:00"}');
ASSERT VALUES copy (id, ROWTIME) VALUES (1, 86460000);
ASSERT VALUES copy (id, ROWTIME) VALUES (4, 0);
ASSERT NO MORE VALUES copy;

--@test: TIMESTAMP_FORMAT says how the text of the TIMESTAMP column of a result is read
CREATE STREAM s (id INT, t VARCHAR) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM timed WITH (TIMESTAMP='t', TIMESTAMP_FORMAT='yyyy-MM-dd''T''HH:mm:ssX')
  AS SELECT id, t FROM s;
INSERT INTO s (id, t, ROWTIME) VALUES (1, '1970-01-01T00:00:05Z', 10);
INSERT INTO s (id, t, ROWTIME) VALUES (2, 'not a timestamp', 10);
INSERT INTO s (id, t, ROWTIME) VALUES (3, '1969-12-31T23:59:59Z', 10);
INSERT INTO s (id, t, ROWTIME) VALUES (4, '1970-01-01T02:00:07+02', 10);
ASSERT VALUES timed (id, t, ROWTIME) VALUES (1, '1970-01-01T00:00:05Z', 5000);
ASSERT VALUES timed (id, t, ROWTIME) VALUES (4, '1970-01-01T02:00:07+02', 7000);
ASSERT NO MORE VALUES timed;

--@test: an invalid TIMESTAMP_FORMAT is refused when the source is made
--@expect.error: The time pattern 'yyyy-MM-ddThh' is not valid
CREATE STREAM s (t VARCHAR) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1,
  TIMESTAMP='t', TIMESTAMP_FORMAT='yyyy-MM-ddThh');

--@test: time units are arguments of functions, and only there
CREATE STREAM s (d DATE, t TIME, ts TIMESTAMP, n INT)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
INSERT INTO s VALUES ('2024-02-29', '23:59', '2024-12-31T23:59:59', 1);
INSERT INTO s (n) VALUES (1);
--@rows: [["2024-03-01", "00:00", "2025-01-01T00:00:00.000"], [null, null, null]]
SELECT DATEADD(DAYS, n, d), TIMEADD(MINUTES, n, t), TIMESTAMPADD(SECONDS, n, ts) FROM s;
--@expect.error: Function 'dateadd' does not accept parameters (DATE, INTEGER, DATE).
SELECT DATEADD(d, n, d) FROM s;
--@expect.error: Function 'ucase' does not accept parameters (INTERVAL_UNIT).
SELECT UCASE(DAYS) FROM s;
--@expect.error: Function 'dateadd' does not accept parameters (STRING, INTEGER, DATE).
SELECT DATEADD('DAYS', n, d) FROM s;
--@expect.error: The time unit DAYS can only be an argument of a function such as DATEADD.
SELECT COUNT(DAYS) FROM s GROUP BY n EMIT CHANGES;

--@test: a bad pattern or text makes the column null, and the row goes on
CREATE STREAM s (id INT, t VARCHAR, p VARCHAR)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM times AS SELECT id, PARSE_TIMESTAMP(t, p) AS ts, PARSE_DATE(t, p) AS d FROM s;
INSERT INTO s VALUES (1, '2024-02-30', 'yyyy-MM-dd');
INSERT INTO s VALUES (2, '2024', 'foo');
INSERT INTO s VALUES (3, 'x', 'yyyy');
INSERT INTO s VALUES (4, '1970', NULL);
ASSERT VALUES times (id, ts, d) VALUES (1, '2024-02-29', '2024-03-01');
ASSERT VALUES times (id, ts, d) VALUES (2, NULL, NULL);
ASSERT VALUES times (id, ts, d) VALUES (3, NULL, NULL);
ASSERT VALUES times (id, ts, d) VALUES (4, NULL, NULL);

--@test: TIMESTAMP_FORMAT cannot be replaced
CREATE STREAM s (t VARCHAR) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1,
  TIMESTAMP='t', TIMESTAMP_FORMAT='yyyy-MM-dd');
--@expect.error: its timestamp format is yyyy-MM-dd and cannot become dd/MM/yyyy
CREATE OR REPLACE STREAM s (t VARCHAR, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON',
  TIMESTAMP='t', TIMESTAMP_FORMAT='dd/MM/yyyy');

--@test: rows are grouped by calls with time units
CREATE STREAM s (id INT KEY, ts TIMESTAMP) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE t WITH (KEY_FORMAT='JSON') AS
  SELECT TIMESTAMPADD(DAYS, 1, ts) AS next, COUNT(*) AS n FROM s
  GROUP BY TIMESTAMPADD(DAYS, 1, ts);
INSERT INTO s VALUES (1, '2024-02-28');
INSERT INTO s VALUES (2, '2024-02-28');
--@rows: [["2024-02-29T00:00:00.000", 2]]
SELECT * FROM t;

--@test: a row whose TIMESTAMP column holds no time is left out, or ends the query that asks for it
CREATE STREAM s (k INT KEY, t STRING) WITH (KAFKA_TOPIC='s', PARTITIONS=1, VALUE_FORMAT='JSON', TIMESTAMP='t', TIMESTAMP_FORMAT='yyyy');
CREATE STREAM lenient AS SELECT * FROM s;
SET 'ksql.timestamp.throw.on.invalid' = 'true';
CREATE STREAM strict AS SELECT * FROM s;
INSERT INTO s (k, t) VALUES (1, '1970');
INSERT INTO s (k, t) VALUES (2, 'never');
INSERT INTO s (k, t) VALUES (3, '1970');
ASSERT VALUES lenient (k) VALUES (1);
ASSERT VALUES lenient (k) VALUES (3);
ASSERT VALUES strict (k) VALUES (1);
ASSERT NO MORE VALUES strict;
--@expect.error: expected FailOnInvalidTimestamp or LogAndSkipOnInvalidTimestamp
SET 'ksql.streams.default.timestamp.extractor' = 'WallclockTimestampExtractor';
