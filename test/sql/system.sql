--@test: ALTER SYSTEM changes a default for every request, also after a restart
ALTER SYSTEM 'ksql.output.topic.name.prefix' = 'sys-';
CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', PARTITIONS=1, VALUE_FORMAT='JSON');
CREATE STREAM a AS SELECT * FROM s;
ASSERT TOPIC 'sys-A';
--@restart
CREATE STREAM b AS SELECT * FROM s;
ASSERT TOPIC 'sys-B';
SET 'ksql.output.topic.name.prefix' = 'own-';
CREATE STREAM c AS SELECT * FROM s;
ASSERT TOPIC 'own-C';
UNSET 'ksql.output.topic.name.prefix';
CREATE STREAM d AS SELECT * FROM s;
ASSERT TOPIC 'sys-D';
--@expect.error: Unknown property: no.such.property
ALTER SYSTEM 'no.such.property' = '1';
--@expect.error: expected 'earliest' or 'latest'
ALTER SYSTEM 'auto.offset.reset' = 'never';

--@test: ASSERT SCHEMA looks into the registry
ASSERT NOT EXISTS SCHEMA SUBJECT 's-value' TIMEOUT 0 SECONDS;
ASSERT NOT EXISTS SCHEMA SUBJECT 's-value' ID 1 TIMEOUT 0 SECONDS;
--@expect.error: Schema with subject name s-value does not exist
ASSERT SCHEMA SUBJECT 's-value' TIMEOUT 0 SECONDS;
--@expect.error: Schema with id 77 does not exist
ASSERT SCHEMA ID 77 TIMEOUT 0 SECONDS;
--@expect.error: Schema with subject name s-value id 77 does not exist
ASSERT SCHEMA SUBJECT 's-value' ID 77 TIMEOUT 0 SECONDS;
--@expect.error: needs a SUBJECT, an ID, or both
ASSERT SCHEMA TIMEOUT 0 SECONDS;

--@test: without a Kafka Connect the statements about connectors are refused
--@expect.error: set ksql.connect.url
CREATE SOURCE CONNECTOR IF NOT EXISTS c WITH ('connector.class'='x');
--@expect.error: set ksql.connect.url
DROP CONNECTOR IF EXISTS c;
--@expect.error: set ksql.connect.url
SHOW SINK CONNECTORS;
--@expect.error: set ksql.connect.url
SHOW CONNECTOR PLUGINS;
--@expect.error: set ksql.connect.url
DESCRIBE CONNECTOR c;
