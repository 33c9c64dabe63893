import { expect, test } from 'vitest';
import { CorruptionError } from '../../src/base/errors.ts';
import { checked, withChecks } from '../../src/state/value-check.ts';

const KEY = Buffer.from('key');

function stored(value: Buffer): Buffer {
  const [change] = withChecks([[KEY, value]]);
  return Buffer.from(change![1]!);
}

test('a value comes back as it was', () => {
  for (const text of ['', 'a', 'x'.repeat(300_000)]) {
    expect(Buffer.from(checked(KEY, stored(Buffer.from(text)))).toString()).toBe(text);
  }
});

test('deletions have no value to check', () => {
  expect([...withChecks([[KEY, null]])]).toEqual([[KEY, null]]);
});

test('values of one batch do not share bytes', () => {
  const values = ['one', 'two', 'x'.repeat(200_000), 'y'.repeat(200_000), 'three'];
  const changes = [...withChecks(values.map((text, i) => [Buffer.from([i]), Buffer.from(text)]))];
  const read = changes.map(([key, value]) => Buffer.from(checked(key, value!)).toString());
  expect(read).toEqual(values);
});

test('every flipped bit of value, check or key is noticed', () => {
  const value = stored(Buffer.from('value'));
  for (let bit = 0; bit < value.length * 8; bit++) {
    const flipped = Buffer.from(value);
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    expect(() => checked(KEY, flipped)).toThrow(CorruptionError);
  }
  for (let bit = 0; bit < KEY.length * 8; bit++) {
    const flipped = Buffer.from(KEY);
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    expect(() => checked(flipped, value)).toThrow(
      `the value stored under the key ${flipped.toString('hex')} is damaged: its checksum does not fit`,
    );
  }
});

test('a value too short for a check is noticed', () => {
  expect(() => checked(KEY, Buffer.from([1, 2]))).toThrow(CorruptionError);
});
