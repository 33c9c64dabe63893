import { expect, test } from 'vitest';
import { ByteWriter } from '../../src/base/byte-writer.ts';
import {
  innerKeyEnd,
  windowEndAt,
  windowStartAt,
  writeWindow,
} from '../../src/runtime/windowed-key.ts';

const TUMBLING = { kind: 'TUMBLING', sizeMs: 500 } as const;
const SESSION = { kind: 'SESSION', sizeMs: null } as const;
const BOUNDS = { windowStart: 1_000, windowEnd: 1_500 };

test('a time window is written as its start', () => {
  const key = new ByteWriter();
  key.writeByte(7);
  writeWindow(key, TUMBLING, BOUNDS);
  expect(key.copy().toString('hex')).toBe('0700000000000003e8');
  const end = innerKeyEnd(TUMBLING, { keyStart: 0, keyEnd: key.length });
  expect(end).toBe(1);
  expect(windowStartAt(key.buffer, end, TUMBLING)).toBe(1_000);
  expect(windowEndAt(key.buffer, end, TUMBLING)).toBe(1_500);
});

test('a session is written as its end, then its start', () => {
  const key = new ByteWriter();
  key.writeByte(7);
  writeWindow(key, SESSION, BOUNDS);
  expect(key.copy().toString('hex')).toBe('0700000000000005dc00000000000003e8');
  const end = innerKeyEnd(SESSION, { keyStart: 0, keyEnd: key.length });
  expect(end).toBe(1);
  expect(windowStartAt(key.buffer, end, SESSION)).toBe(1_000);
  expect(windowEndAt(key.buffer, end, SESSION)).toBe(1_500);
});

test('a key that is too short for a window is no key', () => {
  expect(() => innerKeyEnd(SESSION, { keyStart: 3, keyEnd: 18 })).toThrow(
    'the key does not end with the times of a SESSION window',
  );
  expect(innerKeyEnd(SESSION, { keyStart: 3, keyEnd: 19 })).toBe(3);
});
