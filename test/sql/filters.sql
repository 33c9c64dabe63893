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
--@rows: [["ann","/a"],["bob","/c"]]
SELECT user, page FROM clicks WHERE ms IS NULL OR ms <= 10;
--@expect.error: nope
SELECT nope FROM clicks;
