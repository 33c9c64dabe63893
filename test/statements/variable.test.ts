import { expect, test } from 'vitest';
import { TemporaryDatabase } from '../temporary-database.ts';

const WITH = "WITH (KAFKA_TOPIC='${place}', VALUE_FORMAT='JSON', PARTITIONS=${count})";

test('DEFINE counts from the next statement on, also after a comment', async () => {
  const { database } = await TemporaryDatabase.open();
  const entities = await database.execute(`
    -- where it comes from
    DEFINE place = 'clicks'; DEFINE name = 's1'; DEFINE count = '2';
    CREATE STREAM \${name} (v INT) ${WITH};
    DEFINE name = 's2';
    CREATE STREAM \${NAME} (v INT) ${WITH};
    SHOW STREAMS;`);
  expect(entities.at(-1)).toMatchObject({
    streams: [
      { name: 'S1', topic: 'clicks' },
      { name: 'S2', topic: 'clicks' },
    ],
  });
});

test('variables of the client and of DEFINE are listed, and UNDEFINE takes them back', async () => {
  const { database } = await TemporaryDatabase.open();
  const entities = await database.execute(
    "DEFINE b = 'it''s ${A}'; SHOW VARIABLES; UNDEFINE A; UNDEFINE c; LIST VARIABLES;",
    { sessionVariables: { A: '1' } },
  );
  expect(entities).toMatchObject([
    {
      '@type': 'variables',
      variables: [
        { name: 'a', value: '1' },
        { name: 'b', value: "it's 1" },
      ],
    },
    {
      '@type': 'warning_entity',
      message: "Cannot undefine variable 'c' which was never defined.",
    },
    { variables: [{ name: 'b', value: "it's 1" }] },
  ]);
});

test('queries have variables', async () => {
  const temporary = await TemporaryDatabase.open();
  await temporary.run(
    "CREATE STREAM s (v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1); INSERT INTO s VALUES (4);",
  );
  const result = await temporary.database.query('SELECT v + ${n} FROM ${from};', {
    sessionVariables: { n: '3', from: 's' },
  });
  expect(await result.next()).toMatchObject({ rows: [[7]] });
});

test('an unknown variable is refused where it stands', async () => {
  const { database } = await TemporaryDatabase.open();
  await expect(database.execute('DROP STREAM ${nope};')).rejects.toThrow(
    'The variable ${nope} has no value here: define it first',
  );
});

test('a mistake is shown in the text the variables make', async () => {
  const { database } = await TemporaryDatabase.open();
  await expect(
    database.execute("SHOW STREAMS;\n\nDEFINE s = 'nothing'; DEFINE t = '';\n\nDESCRIBE ${s};"),
  ).rejects.toThrow(/^line 5:10: .*NOTHING.*\nDESCRIBE nothing;\n {9}\^$/s);
});

test('a script cannot make its variables grow without end', async () => {
  const { database } = await TemporaryDatabase.open();
  const doubling = "DEFINE a = '${a}${a}';".repeat(40);
  await expect(database.execute(`DEFINE a = 'xx'; ${doubling}`)).rejects.toThrow(
    'With its variables replaced, the text is longer than 1048576 characters.',
  );
});

test('substitution can be switched off, for a request or within it', async () => {
  const { database } = await TemporaryDatabase.open();
  const property = 'ksql.variable.substitution.enable';
  await expect(
    database.execute('DROP STREAM ${s};', {
      properties: { [property]: false },
      sessionVariables: { s: 's' },
    }),
  ).rejects.toThrow('has no value here');
  const entities = await database.execute(
    `DEFINE a = '1'; SET '${property}' = 'false'; DEFINE b = '\${a}'; UNSET '${property}'; SHOW VARIABLES;`,
  );
  expect(entities).toMatchObject([
    {
      variables: [
        { name: 'a', value: '1' },
        { name: 'b', value: '${a}' },
      ],
    },
  ]);
});
