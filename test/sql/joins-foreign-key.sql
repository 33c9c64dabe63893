--@test: rows of a table find the row of another that a column names, whoever comes first
CREATE STREAM bytes (id INT KEY, v VARCHAR) WITH (KAFKA_TOPIC='orders', VALUE_FORMAT='KAFKA', PARTITIONS=1);
CREATE STREAM people (id VARCHAR KEY, v VARCHAR) WITH (KAFKA_TOPIC='users', VALUE_FORMAT='KAFKA', PARTITIONS=1);
CREATE TABLE orders (id INT PRIMARY KEY, who VARCHAR, cents INT) WITH (KAFKA_TOPIC='orders', VALUE_FORMAT='JSON');
CREATE TABLE users (name VARCHAR PRIMARY KEY, city VARCHAR) WITH (KAFKA_TOPIC='users', VALUE_FORMAT='JSON');
CREATE TABLE j AS SELECT id, cents, city FROM orders o JOIN users u ON o.who = u.name;
CREATE TABLE l AS SELECT id, cents, city FROM orders o LEFT JOIN users u ON o.who = u.name;
INSERT INTO orders (id, who, cents, ROWTIME) VALUES (1, 'ann', 10, 100);
INSERT INTO users (name, city, ROWTIME) VALUES ('ann', 'Oslo', 50);
INSERT INTO orders (id, who, cents, ROWTIME) VALUES (2, 'ann', 20, 40);
INSERT INTO users (name, city, ROWTIME) VALUES ('ann', 'Rome', 60);
INSERT INTO orders (id, who, cents, ROWTIME) VALUES (1, 'bob', 11, 110);
INSERT INTO bytes (id, v, ROWTIME) VALUES (2, NULL, 30);
INSERT INTO people (id, v, ROWTIME) VALUES ('ann', NULL, 70);
ASSERT VALUES j (id, cents, city, ROWTIME) VALUES (1, 10, 'Oslo', 50);
ASSERT VALUES j (id, cents, city, ROWTIME) VALUES (2, 20, 'Oslo', 50);
ASSERT VALUES j (id, cents, city, ROWTIME) VALUES (1, 10, 'Rome', 60);
ASSERT VALUES j (id, cents, city, ROWTIME) VALUES (2, 20, 'Rome', 60);
ASSERT NULL VALUES j (id, ROWTIME) KEY (1, 110);
ASSERT NULL VALUES j (id, ROWTIME) KEY (2, 60);
ASSERT NO MORE VALUES j;
ASSERT VALUES l (id, cents, city, ROWTIME) VALUES (1, 10, NULL, 100);
ASSERT VALUES l (id, cents, city, ROWTIME) VALUES (1, 10, 'Oslo', 50);
ASSERT VALUES l (id, cents, city, ROWTIME) VALUES (2, 20, 'Oslo', 50);
ASSERT VALUES l (id, cents, city, ROWTIME) VALUES (1, 10, 'Rome', 60);
ASSERT VALUES l (id, cents, city, ROWTIME) VALUES (2, 20, 'Rome', 60);
ASSERT VALUES l (id, cents, city, ROWTIME) VALUES (1, 11, NULL, 110);
ASSERT NULL VALUES l (id, ROWTIME) KEY (2, 30);
ASSERT NO MORE VALUES l;

--@test: partitions need not fit, and pull queries find the result
CREATE TABLE orders (a INT PRIMARY KEY, b VARCHAR PRIMARY KEY, who INT)
  WITH (KAFKA_TOPIC='orders', FORMAT='JSON', PARTITIONS=3);
CREATE TABLE users (id INT PRIMARY KEY, city VARCHAR) WITH (KAFKA_TOPIC='users', VALUE_FORMAT='JSON', PARTITIONS=2);
CREATE TABLE j AS SELECT a, b, who, city FROM orders o LEFT JOIN users u ON o.who + 1 = u.id;
INSERT INTO users VALUES (2, 'Oslo');
INSERT INTO users VALUES (3, 'Rome');
INSERT INTO orders VALUES (1, 'x', 1);
INSERT INTO orders VALUES (1, 'y', 2);
INSERT INTO orders VALUES (2, 'x', 3);
INSERT INTO orders VALUES (1, 'x', 2);
INSERT INTO users VALUES (3, 'Roma');
--@rows: [[1, "x", 2, "Roma"]]
SELECT * FROM j WHERE a = 1 AND b = 'x';
--@rows.unordered: [[1, "x", 2, "Roma"], [1, "y", 2, "Roma"], [2, "x", 3, null]]
SELECT * FROM j;
--@restart
INSERT INTO users VALUES (3, 'Rom');
INSERT INTO orders VALUES (2, 'x', 2);
--@rows.unordered: [[1, "x", 2, "Rom"], [1, "y", 2, "Rom"], [2, "x", 2, "Rom"]]
SELECT * FROM j;

--@test: joined rows are filtered and grouped
CREATE TABLE orders (id INT PRIMARY KEY, who INT, cents INT) WITH (KAFKA_TOPIC='orders', VALUE_FORMAT='JSON', PARTITIONS=2);
CREATE TABLE users (id INT PRIMARY KEY, city VARCHAR) WITH (KAFKA_TOPIC='users', VALUE_FORMAT='JSON', PARTITIONS=2);
CREATE TABLE j AS SELECT o.id AS id, city FROM orders o JOIN users u ON who = u.id WHERE cents > 10;
CREATE TABLE g AS SELECT city, SUM(cents) AS total FROM orders o JOIN users u ON who = u.id
  WHERE cents > 10 GROUP BY city;
INSERT INTO users VALUES (1, 'Oslo');
INSERT INTO users VALUES (2, 'Rome');
INSERT INTO orders VALUES (1, 1, 11);
INSERT INTO orders VALUES (2, 1, 12);
INSERT INTO orders VALUES (3, 2, 13);
INSERT INTO orders VALUES (1, 2, 14);
INSERT INTO orders VALUES (2, 1, 5);
--@rows.unordered: [[1, "Rome"], [3, "Rome"]]
SELECT * FROM j;
--@rows.unordered: [["Oslo", 0], ["Rome", 27]]
SELECT * FROM g;

--@test: a table is joined to the result on the left key
CREATE TABLE orders (id INT PRIMARY KEY, who INT) WITH (KAFKA_TOPIC='orders', VALUE_FORMAT='JSON', PARTITIONS=2);
CREATE TABLE users (id INT PRIMARY KEY, city VARCHAR) WITH (KAFKA_TOPIC='users', VALUE_FORMAT='JSON', PARTITIONS=3);
CREATE TABLE parcels (id INT PRIMARY KEY, state VARCHAR) WITH (KAFKA_TOPIC='parcels', VALUE_FORMAT='JSON', PARTITIONS=2);
CREATE TABLE j AS SELECT o.id AS id, city, state FROM orders o JOIN users u ON who = u.id
  LEFT JOIN parcels p ON o.id = p.id;
INSERT INTO orders VALUES (1, 7);
INSERT INTO users VALUES (7, 'Oslo');
INSERT INTO parcels VALUES (1, 'sent');
INSERT INTO users VALUES (7, 'Rome');
ASSERT VALUES j (id, city, state) VALUES (1, 'Oslo', NULL);
ASSERT VALUES j (id, city, state) VALUES (1, 'Oslo', 'sent');
ASSERT VALUES j (id, city, state) VALUES (1, 'Rome', 'sent');
ASSERT NO MORE VALUES j;
