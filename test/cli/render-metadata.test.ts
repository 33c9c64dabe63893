import { expect, test } from 'vitest';
import { renderEntity } from '../../cli/render.ts';

function lines(...text: string[]): string {
  return text.map((line) => `${line}\n`).join('');
}

const COMMON = { statementText: '', warnings: [] } as const;

test('functions stand by category and name, with a blank row between categories', () => {
  const functions = [
    { name: 'TRIM', type: 'SCALAR', category: 'STRING' },
    { name: 'ABS', type: 'SCALAR', category: 'MATHEMATICAL' },
    { name: 'LEN', type: 'SCALAR', category: 'STRING' },
  ] as const;
  const text = renderEntity({ '@type': 'function_names', ...COMMON, functions });
  expect(text.split('\n').map((line) => line.trim().replaceAll(/ +/g, ' '))).toEqual([
    'Function Name | Category',
    '-'.repeat(31),
    'ABS | MATHEMATICAL',
    '|',
    'LEN | STRING',
    'TRIM | STRING',
    '-'.repeat(31),
    'More about a function: DESCRIBE FUNCTION <Name>;',
    '',
  ]);
});

test('a function is shown with each way to call it', () => {
  const text = renderEntity({
    '@type': 'describe_function',
    ...COMMON,
    name: 'LEN',
    description: 'How long it is.',
    author: '',
    version: '',
    path: 'internal',
    type: 'SCALAR',
    functions: [
      {
        arguments: [{ name: 'text', type: 'STRING', description: '', isVariadic: false }],
        argumentTypes: ['STRING'],
        returnType: 'INTEGER',
        description: '',
      },
    ],
  });
  expect(text).toBe(
    lines(
      'Name                 : LEN',
      'Type                 : SCALAR',
      '',
      'How long it is.',
      '',
      'Variations',
      '  LEN(STRING text) -> INTEGER',
    ),
  );
});

test('types and variables are tables', () => {
  const types = { AGE: { type: 'INTEGER', fields: null, memberSchema: null } };
  expect(renderEntity({ '@type': 'type_list', ...COMMON, types })).toContain('AGE       | INTEGER');
  const variables = [{ name: 'topic', value: 'clicks' }];
  expect(renderEntity({ '@type': 'variables', ...COMMON, variables })).toContain(
    'topic         | clicks',
  );
});

test.each([
  [true, 'Topic t exists.'],
  [false, 'Topic t does not exist.'],
])('an assertion of a topic that holds says so (exists: %s)', (exists, message) => {
  const text = renderEntity({ '@type': 'assert_topic', ...COMMON, topicName: 't', exists });
  expect(text).toContain(message);
});
