import { expect, test } from 'vitest';
import { TemporaryDatabase } from '../temporary-database.ts';

test('SHOW FUNCTIONS lists scalar functions and aggregates', async () => {
  const { database } = await TemporaryDatabase.open();
  const [entity] = await database.execute('SHOW FUNCTIONS;');
  expect(entity).toMatchObject({ '@type': 'function_names', statementText: 'SHOW FUNCTIONS;' });
  expect(entity).toHaveProperty(
    'functions',
    expect.arrayContaining([
      { name: 'COUNT', type: 'AGGREGATE', category: 'AGGREGATE' },
      { name: 'LEN', type: 'SCALAR', category: 'STRING' },
    ]),
  );
});

test('DESCRIBE FUNCTION shows every way to call it', async () => {
  const { database } = await TemporaryDatabase.open();
  expect(await database.execute('DESCRIBE FUNCTION sum;')).toMatchObject([
    {
      '@type': 'describe_function',
      name: 'SUM',
      type: 'AGGREGATE',
      functions: [
        {
          arguments: [{ name: 'value', type: 'INTEGER', isVariadic: false }],
          argumentTypes: ['INTEGER'],
          returnType: 'INTEGER',
        },
        { argumentTypes: ['BIGINT'], returnType: 'BIGINT' },
        { argumentTypes: ['DOUBLE'], returnType: 'DOUBLE' },
        { argumentTypes: ['DECIMAL'], returnType: 'DECIMAL' },
      ],
    },
  ]);
});

test('DESCRIBE FUNCTION refuses an unknown name', async () => {
  const { database } = await TemporaryDatabase.open();
  await expect(database.execute('DESCRIBE FUNCTION substrin;')).rejects.toThrow(
    "Can't find any functions with the name 'SUBSTRIN'. Did you mean SUBSTRING?",
  );
});
