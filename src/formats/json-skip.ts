// Hot path: once per field that nobody reads.
import { isUtf8 } from 'node:buffer';
import { NESTING_MAX } from './json-reader.ts';

/**
 * Checks one JSON value and returns the position behind it, building nothing.
 *
 * Returns -1 for anything that may not be valid; the exact reader then decides and words the error. May look
 * at a few bytes behind `end`, so the caller compares the result with it.
 *
 * @param at position of the value's first byte; no blanks before it.
 * @param depth arrays and objects around the value.
 */
export function skipJson(bytes: Buffer, at: number, end: number, depth: number): number {
  const byte = bytes[at]!;
  switch (byte) {
    case 0x22:
      return skipString(bytes, at, end);
    case 0x7b:
      return skipObject(bytes, at, end, depth);
    case 0x5b:
      return skipArray(bytes, at, end, depth);
    case 0x74: // true
      return bytes[at + 1] === 0x72 && bytes[at + 2] === 0x75 && bytes[at + 3] === 0x65
        ? at + 4
        : -1;
    case 0x66: // false
      return bytes[at + 1] === 0x61 &&
        bytes[at + 2] === 0x6c &&
        bytes[at + 3] === 0x73 &&
        bytes[at + 4] === 0x65
        ? at + 5
        : -1;
    case 0x6e: // null
      return bytes[at + 1] === 0x75 && bytes[at + 2] === 0x6c && bytes[at + 3] === 0x6c
        ? at + 4
        : -1;
    default:
      return skipNumber(bytes, at);
  }
}

/** The position behind the blanks that begin at `at`. */
export function skipBlanks(bytes: Buffer, at: number, end: number): number {
  while (at < end) {
    const byte = bytes[at]!;
    if (byte > 0x20 || (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) break;
    at++;
  }
  return at;
}

function skipString(bytes: Buffer, at: number, end: number): number {
  const start = at++;
  let highest = 0;
  for (; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === 0x22) {
      return highest < 0x80 || isUtf8(bytes.subarray(start, at)) ? at + 1 : -1;
    }
    if (byte < 0x20) return -1;
    if (byte === 0x5c) {
      at = skipEscape(bytes, at);
      if (at === -1) return -1;
    }
    highest |= byte;
  }
  return -1;
}

/** The position of the last byte of the escape that begins at `at`; -1 when there is no such escape. */
function skipEscape(bytes: Buffer, at: number): number {
  switch (bytes[at + 1]) {
    case 0x22: // "
    case 0x2f: // /
    case 0x5c: // \
    case 0x62: // b
    case 0x66: // f
    case 0x6e: // n
    case 0x72: // r
    case 0x74: // t
      return at + 1;
    case 0x75: // u and four digits
      for (let i = at + 2; i < at + 6; i++) if (!isHexDigit(bytes[i])) return -1;
      return at + 5;
    default:
      return -1;
  }
}

function isHexDigit(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  const lower = byte | 0x20;
  return (byte >= 0x30 && byte <= 0x39) || (lower >= 0x61 && lower <= 0x66);
}

/** Likewise for a number. */
export function skipNumber(bytes: Buffer, at: number): number {
  if (bytes[at] === 0x2d) at++;
  at = bytes[at] === 0x30 ? at + 1 : skipDigits(bytes, at);
  if (at !== -1 && bytes[at] === 0x2e) at = skipDigits(bytes, at + 1);
  if (at !== -1 && (bytes[at] === 0x65 || bytes[at] === 0x45)) {
    at++;
    if (bytes[at] === 0x2b || bytes[at] === 0x2d) at++;
    at = skipDigits(bytes, at);
  }
  return at;
}

/** The position behind at least one digit; -1 when there is none. */
function skipDigits(bytes: Buffer, at: number): number {
  const start = at;
  while (bytes[at]! >= 0x30 && bytes[at]! <= 0x39) at++;
  return at === start ? -1 : at;
}

function skipArray(bytes: Buffer, at: number, end: number, depth: number): number {
  if (depth >= NESTING_MAX) return -1;
  at = skipBlanks(bytes, at + 1, end);
  if (bytes[at] === 0x5d) return at + 1;
  for (;;) {
    at = skipJson(bytes, at, end, depth + 1);
    if (at === -1 || at >= end) return -1;
    at = skipBlanks(bytes, at, end);
    if (bytes[at] === 0x5d) return at + 1;
    if (bytes[at] !== 0x2c) return -1;
    at = skipBlanks(bytes, at + 1, end);
  }
}

function skipObject(bytes: Buffer, at: number, end: number, depth: number): number {
  if (depth >= NESTING_MAX) return -1;
  at = skipBlanks(bytes, at + 1, end);
  if (bytes[at] === 0x7d) return at + 1;
  for (;;) {
    if (bytes[at] !== 0x22) return -1;
    at = skipString(bytes, at, end);
    if (at === -1) return -1;
    at = skipBlanks(bytes, at, end);
    if (bytes[at] !== 0x3a) return -1;
    at = skipJson(bytes, skipBlanks(bytes, at + 1, end), end, depth + 1);
    if (at === -1 || at >= end) return -1;
    at = skipBlanks(bytes, at, end);
    if (bytes[at] === 0x7d) return at + 1;
    if (bytes[at] !== 0x2c) return -1;
    at = skipBlanks(bytes, at + 1, end);
  }
}
