import { hash } from 'node:crypto';
import { BYTES, STRING } from '../../sql/types.ts';
import { ambientOverload, overload, parameter, type ScalarFunction } from '../function.ts';

const UUID_BYTES = 16;
const UUID_HEX = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/;

export const md5: ScalarFunction = {
  name: 'MD5',
  displayName: 'md5',
  category: 'STRING',
  description: 'The MD5 digest of a text in UTF-8, as 32 lower-case hexadecimal digits.',
  examples: [{ sql: "MD5('millrace')", result: "'78bce37dc29d160a3e6737d97c6f0275'" }],
  overloads: [overload([parameter('text', STRING)], STRING, (text: string) => hash('md5', text))],
};

export const uuid: ScalarFunction = {
  name: 'UUID',
  displayName: 'UUID',
  category: 'STRING',
  description:
    'A random UUID, another one at each call; or the one that 16 bytes stand for, in its usual form, and null for any other count of bytes.',
  examples: [
    {
      sql: "UUID(TO_BYTES('0123456789ABCDEF0123456789ABCDEF', 'hex'))",
      result: "'01234567-89ab-cdef-0123-456789abcdef'",
    },
    { sql: "UUID(TO_BYTES('01', 'hex'))", result: 'null' },
    { sql: 'LEN(UUID())', result: '36' },
  ],
  overloads: [
    overload([parameter('bytes', BYTES)], STRING, (bytes: Uint8Array) =>
      bytes.length === UUID_BYTES
        ? Buffer.from(bytes).toString('hex').replace(UUID_HEX, '$1-$2-$3-$4-$5')
        : null,
    ),
    ambientOverload('RANDOM', STRING, randomUuid),
  ],
};

/** Version 4: 122 random bits. */
function randomUuid(draw: () => number): string {
  const bytes = Buffer.alloc(UUID_BYTES);
  for (let at = 0; at < UUID_BYTES; at += 4) bytes.writeUInt32BE(draw(), at);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(UUID_HEX, '$1-$2-$3-$4-$5');
}
