import { assert, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { displayWidth, padEnd, safeJson, safeLine, safeLines } from '../../cli/text.ts';

const CONTROLS = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

describe('safeLine', () => {
  test('shows what would move the cursor, colour the terminal or turn the reading direction', () => {
    expect(safeLine('a\u001b[31mb\u0000\u009b\u202ec\ud800')).toBe(
      'a\\u001b[31mb\\u0000\\u009b\\u202ec\\ud800',
    );
  });

  test('shows line ends and tabs in short', () => {
    expect(safeLine('a\r\n\tb')).toBe('a\\r\\n\\tb');
  });

  test('leaves letters of all languages and emoji alone', () => {
    expect(safeLine('Zürich 東京 👩‍🚀 العربية')).toBe('Zürich 東京 👩‍🚀 العربية');
  });

  test('leaves no control character in any text', () => {
    assert(
      property(string({ unit: 'binary' }), (text) => {
        expect(safeLine(text)).not.toMatch(CONTROLS);
      }),
    );
  });
});

describe('safeLines', () => {
  test('keeps line ends and tabs, and nothing else of the kind', () => {
    expect(safeLines('a\r\n\tb\u001b\rc')).toBe('a\n\tb\\u001b\\rc');
  });
});

describe('safeJson', () => {
  test('gives the same JSON without control characters', () => {
    assert(
      property(string({ unit: 'binary' }), (text) => {
        const json = JSON.stringify([text]);
        expect(JSON.parse(safeJson(json))).toEqual([text]);
        expect(safeJson(json)).not.toMatch(CONTROLS);
      }),
    );
  });
});

describe('displayWidth', () => {
  test('counts columns of a terminal, not characters', () => {
    expect(displayWidth('abc')).toBe(3);
    expect(displayWidth('東京')).toBe(4);
    expect(displayWidth('e\u0301')).toBe(1);
    expect(displayWidth('👍')).toBe(2);
    expect(displayWidth('')).toBe(0);
  });

  test('decides how many spaces pad a text', () => {
    expect(padEnd('東京', 6)).toBe('東京  ');
    expect(padEnd('too long', 3)).toBe('too long');
  });
});
