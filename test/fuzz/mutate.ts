import type { SeededRandom } from '../faults/random.ts';

/** What tends to break things that read text. */
const PIECES: readonly string[] = [
  "'",
  '"',
  '`',
  ';',
  '--',
  '/*',
  '*/',
  '(',
  ')',
  '((((((((((((((((((((',
  '[',
  ']',
  '{',
  '}',
  '<',
  '>',
  ',',
  '.',
  '..',
  '->',
  '=>',
  ':=',
  '||',
  '%',
  '?',
  '\\',
  '\0',
  '\uFEFF',
  '\u202E',
  '\uD800',
  '😀',
  '\r\n',
  '\t',
  '-1',
  '0',
  '1e400',
  '-0',
  '9223372036854775808',
  '9007199254740993',
  '0.1',
  'NULL',
  '__proto__',
  'constructor',
  'toString',
  '${a}',
  'EMIT CHANGES',
  'WHERE',
  'GROUP BY',
  'WINDOW TUMBLING (SIZE 1 SECOND)',
  'CASE WHEN',
  'CAST(',
  'AS DECIMAL(400, 2)',
  'ARRAY<ARRAY<INT>>',
  'LIMIT 0',
  'LIMIT -1',
  'AND',
  'BETWEEN',
  'IN (',
  "LIKE '%_'",
  '2024-02-30',
  'ROWTIME',
  '"],process.exit(1),["',
];

/** A text like the seed: pieces of it left out, doubled, moved, exchanged with those of another, or spoilt. */
export function mutate(seed: string, other: string, random: SeededRandom): string {
  let text = seed;
  const count = 1 + random.below(4);
  for (let i = 0; i < count; i++) text = mutateOnce(text, other, random);
  return text;
}

function mutateOnce(text: string, other: string, random: SeededRandom): string {
  const from = random.below(text.length + 1);
  const to = Math.min(text.length, from + random.below(12));
  switch (random.below(7)) {
    case 0:
      return text.slice(0, from) + text.slice(to);
    case 1:
      return text.slice(0, to) + text.slice(from);
    case 2:
      return text.slice(0, from) + PIECES[random.below(PIECES.length)]! + text.slice(from);
    case 3:
      return text.slice(0, from) + PIECES[random.below(PIECES.length)]! + text.slice(to);
    case 4:
      return text.slice(0, from) + other.slice(random.below(other.length + 1));
    case 5:
      return text.slice(0, from) + String.fromCharCode(random.below(256)) + text.slice(to);
    default: {
      const piece = text.slice(from, to);
      return text.slice(0, from) + piece.repeat(1 + random.below(200)) + text.slice(to);
    }
  }
}

/** Bytes like those given, some of them other. */
export function mutateBytes(bytes: Buffer, random: SeededRandom): Buffer {
  const copy = Buffer.from(bytes);
  const count = 1 + random.below(6);
  for (let i = 0; i < count && copy.length > 0; i++)
    copy[random.below(copy.length)] = random.below(256);
  switch (random.below(4)) {
    case 0:
      return copy.subarray(0, random.below(copy.length + 1));
    case 1:
      return Buffer.concat([copy, copy.subarray(random.below(copy.length + 1))]);
    default:
      return copy;
  }
}
