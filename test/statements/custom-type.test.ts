import { describe, expect, test } from 'vitest';
import { TemporaryDatabase } from '../temporary-database.ts';

const STREAM = "WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);";

describe('CREATE TYPE', () => {
  test('names a type that columns, other types and casts use, in any case', async () => {
    const { database } = await TemporaryDatabase.open();
    const entities = await database.execute(`
      CREATE TYPE point AS STRUCT<x INT, y INT>;
      CREATE TYPE \`path\` AS ARRAY<Point>;
      CREATE STREAM s (p PATH) ${STREAM}
      SHOW TYPES;`);
    const point = [
      { name: 'X', schema: { type: 'INTEGER', fields: null, memberSchema: null } },
      { name: 'Y', schema: { type: 'INTEGER', fields: null, memberSchema: null } },
    ];
    const struct = { type: 'STRUCT', fields: point, memberSchema: null };
    expect(entities).toMatchObject([
      {
        commandId: 'type/POINT/create',
        commandStatus: {
          message:
            "Registered custom type with name 'POINT' and SQL type STRUCT<`X` INTEGER, `Y` INTEGER>",
        },
      },
      { commandId: 'type/PATH/create' },
      {
        statementText:
          "CREATE STREAM S (P ARRAY<STRUCT<X INTEGER, Y INTEGER>>) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);",
      },
      {
        '@type': 'type_list',
        types: { POINT: struct, PATH: { type: 'ARRAY', fields: null, memberSchema: struct } },
      },
    ]);
  });

  test('is for CAST in queries too', async () => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(
      `CREATE TYPE big AS BIGINT; CREATE STREAM s (v STRING) ${STREAM} INSERT INTO s VALUES ('7');`,
    );
    const rows = await temporary.rows('SELECT CAST(v AS big) + 1 AS w FROM s;');
    expect(rows).toEqual([[8]]);
  });

  test('refuses a name that is taken, or leaves it when told to', async () => {
    const { database } = await TemporaryDatabase.open();
    await database.execute('CREATE TYPE t AS INT;');
    await expect(database.execute('CREATE TYPE t AS BIGINT;')).rejects.toThrow(
      "Cannot register custom type 'T' since it is already registered with type: INTEGER. DROP TYPE T first.",
    );
    expect(await database.execute('CREATE TYPE IF NOT EXISTS t AS BIGINT;')).toMatchObject([
      { '@type': 'warning_entity', message: 'T is already registered with type INTEGER' },
    ]);
    await expect(database.execute('CREATE TYPE bigint AS INT;')).rejects.toThrow(
      'BIGINT is a built-in type and cannot be defined anew.',
    );
  });

  test('refuses a type nobody defined', async () => {
    const { database } = await TemporaryDatabase.open();
    await expect(database.execute('CREATE TYPE t AS ARRAY<nope>;')).rejects.toThrow(
      'There is no type NOPE.',
    );
  });
});

describe('DROP TYPE', () => {
  test('leaves sources that were made with the type as they are, also after a restart', async () => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(
      `CREATE TYPE t AS INT; CREATE TYPE u AS INT; CREATE STREAM s (v t) ${STREAM}`,
    );
    expect(await temporary.database.execute('DROP TYPE t;')).toMatchObject([
      { commandId: 'type/T/drop', commandStatus: { message: "Dropped type 'T'" } },
    ]);
    await temporary.reopen();
    expect(await temporary.database.execute('SHOW TYPES; DESCRIBE s;')).toMatchObject([
      { types: { U: { type: 'INTEGER' } } },
      { sourceDescription: { fields: [{ name: 'V', schema: { type: 'INTEGER' } }] } },
    ]);
    await expect(temporary.database.execute(`CREATE STREAM s2 (v t) ${STREAM}`)).rejects.toThrow(
      'There is no type T.',
    );
  });

  test('refuses an unknown name, or does nothing when told to', async () => {
    const { database } = await TemporaryDatabase.open();
    await database.execute('CREATE TYPE address AS INT;');
    await expect(database.execute('DROP TYPE adress;')).rejects.toThrow(
      'Type ADRESS does not exist. Did you mean ADDRESS?',
    );
    expect(await database.execute('DROP TYPE IF EXISTS adress;')).toMatchObject([
      { '@type': 'warning_entity', message: "Type 'ADRESS' does not exist" },
    ]);
  });
});
