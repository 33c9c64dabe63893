import { describe, expect, test } from 'vitest';
import { murmur2, partitionForKey } from '../../src/base/murmur2.ts';

describe('murmur2', () => {
  test.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('hashes %s as Kafka clients do', (text, expected) => {
    expect(murmur2(Buffer.from(text))).toBe(expected);
  });

  test('hashes only the bytes between start and end', () => {
    expect(murmur2(Buffer.from('--foobar--'), 2, 8)).toBe(-790332482);
  });
});

describe('partitionForKey', () => {
  test('takes the hash without its sign bit modulo the partition count', () => {
    expect(partitionForKey(Buffer.from('abc'), 10)).toBe(7);
    // -790332482 & 0x7fffffff is 1357151166.
    expect(partitionForKey(Buffer.from('foobar'), 10)).toBe(6);
    expect(partitionForKey(Buffer.from('foobar'), 1)).toBe(0);
  });

  test('looks only at the key inside a larger buffer', () => {
    expect(partitionForKey(Buffer.from('--foobar--'), 10, 2, 8)).toBe(6);
  });
});
