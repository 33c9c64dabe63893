import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readProperties } from '../../cli/server-properties.ts';
import { Settings } from '../../cli/settings.ts';

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'millrace-properties-'))));
afterEach(() => rmSync(directory, { recursive: true }));

function settings(argv: readonly string[]): Settings {
  const flags = [
    { name: 'properties', value: 'FILE', summary: '' },
    { name: 'property', value: 'NAME=VALUE', several: true, summary: '' },
  ];
  return new Settings(flags, argv, {});
}

function file(text: string): string {
  const path = join(directory, 'server.properties');
  writeFileSync(path, text);
  return path;
}

test('properties come from the file, then from variables, then from the command line', () => {
  const path = file(
    '# of all\r\n\n  a = 1\nb: x=y \n! c\nksql.schema.registry.url=http://file:1\nempty=\n',
  );
  const found = settings(['--properties', path, '--property', 'a=3', '--property=d=e=f']);
  const environment = {
    KSQL_KSQL_SCHEMA_REGISTRY_URL: 'http://variable:1',
    KSQL_KSQL_OUTPUT_TOPIC_NAME__PREFIX___X: 'p',
    KSQL_HEAP_OPTS: '-Xmx1g',
  };
  expect(readProperties(found, environment)).toEqual({
    a: '3',
    b: 'x=y',
    d: 'e=f',
    empty: '',
    'ksql.schema.registry.url': 'http://variable:1',
    'ksql.output.topic.name_prefix-x': 'p',
  });
  expect(found.problems).toEqual([]);
});

test('mistakes are told without the values', () => {
  const path = file('ok=1\n=secret\n');
  const found = settings(['--properties', path, '--property', 'secret']);
  expect(readProperties(found, {})).toEqual({ ok: '1' });
  expect(found.problems).toEqual([
    `Line 2 of ${path} must be name=value.`,
    '--property must be NAME=VALUE, such as ksql.schema.registry.url=http://localhost:8081.',
  ]);
  const missing = settings(['--properties', join(directory, 'missing')]);
  expect(readProperties(missing, {})).toEqual({});
  expect(missing.problems).toEqual([expect.stringContaining('cannot be read: ENOENT')]);
});
