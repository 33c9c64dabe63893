import { expect, test } from 'vitest';
import {
  listProperties,
  parseOverrides,
  sessionProperties,
} from '../../src/statements/session-properties.ts';

test('properties have defaults', () => {
  expect(sessionProperties(parseOverrides({}))).toMatchObject({
    offsetReset: 'latest',
    tableScan: true,
    streamPull: true,
    defaultKeyFormat: 'KAFKA',
    defaultValueFormat: '',
  });
});

test('overrides are taken as values or as their text, with or without the prefix', () => {
  const overrides = parseOverrides({
    'ksql.streams.auto.offset.reset': 'earliest',
    'cache.max.bytes.buffering': 0,
    'ksql.query.pull.table.scan.enabled': false,
    'ksql.query.pull.stream.enabled': 'false',
    'ksql.persistence.default.format.value': 'json',
  });
  expect(sessionProperties(overrides)).toMatchObject({
    offsetReset: 'earliest',
    bufferBytes: 0,
    tableScan: false,
    streamPull: false,
    defaultValueFormat: 'JSON',
  });
});

test('null leaves a property at its default', () => {
  const overrides = parseOverrides({ 'auto.offset.reset': null });
  expect(sessionProperties(overrides).offsetReset).toBe('latest');
});

test.each([
  [
    'auto.offset.rest',
    'earliest',
    'Unknown property: auto.offset.rest. Did you mean auto.offset.reset?',
  ],
  ['xyzzy', '1', 'Unknown property: xyzzy. SHOW PROPERTIES lists them.'],
  ['__proto__', '1', 'Unknown property: __proto__. SHOW PROPERTIES lists them.'],
  [
    'auto.offset.reset',
    'none',
    "Property auto.offset.reset does not take 'none'; expected 'earliest' or 'latest'.",
  ],
  [
    'cache.max.bytes.buffering',
    '-1',
    "Property cache.max.bytes.buffering does not take '-1'; expected a number of bytes, 0 or more.",
  ],
])('%s = %s is refused', (name, value, message) => {
  const properties = Object.fromEntries([[name, value]]);
  expect(() => parseOverrides(properties)).toThrow(
    expect.objectContaining({ code: 'UNKNOWN_PROPERTY', message }),
  );
});

test('the list is sorted and says what was overridden', () => {
  const list = listProperties(parseOverrides({ 'auto.offset.reset': 'earliest' }));
  const names = list.map(({ name }) => name);
  expect(names).toEqual(names.toSorted());
  expect(list.filter(({ overridden }) => overridden)).toMatchObject([
    { name: 'auto.offset.reset', value: 'earliest' },
  ]);
});
