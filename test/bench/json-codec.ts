/** `node test/bench/json-codec.ts`: million 68-byte records per second, best of ten rounds, beside JSON.parse. */
import { ByteWriter } from '../../src/base/byte-writer.ts';
import { createJsonDecoder } from '../../src/formats/json-decoder.ts';
import { createJsonEncoder } from '../../src/formats/json-encoder.ts';
import { compileResultRow } from '../../src/formats/result-json.ts';
import type { Column } from '../../src/sql/schema.ts';
import { BIGINT, STRING, type Row } from '../../src/sql/types.ts';

const RECORDS = 200_000;
const ROUNDS = 10;
const SPEC = { name: 'JSON' };
const COLUMNS: readonly Column[] = [
  { name: 'USER_ID', type: STRING },
  { name: 'PAGE', type: STRING },
  { name: 'MS', type: BIGINT },
  { name: 'TS', type: BIGINT },
];

const rows: Row[] = Array.from({ length: RECORDS }, (_, i) => [
  `u${(i * 7919) % 10_000}`,
  `/p/${(i * 104_729) % 500}`,
  (i * 31) % 1000,
  1_700_000_000_000 + i,
]);
const payloads = rows.map(([user_id, page, ms, ts]) =>
  Buffer.from(JSON.stringify({ user_id, page, ms, ts })),
);
const bytes = Buffer.concat(payloads);
const ends: number[] = [];
for (const payload of payloads) ends.push((ends.at(-1) ?? 0) + payload.length);

function measure(name: string, run: (index: number) => void): void {
  let best = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    for (let i = 0; i < RECORDS; i++) run(i);
    best = Math.max(best, RECORDS / (performance.now() - start) / 1000);
  }
  console.log(`${name.padEnd(24)}${best.toFixed(2)} M/s`);
}

function measureDecoder(name: string, needed: readonly boolean[]): void {
  const decode = createJsonDecoder({ columns: COLUMNS, spec: SPEC, needed });
  const row: Row = [null, null, null, null];
  measure(name, (i) => decode(bytes, i === 0 ? 0 : ends[i - 1]!, ends[i]!, row, 0));
}

measureDecoder('decode 4 of 4 columns', [true, true, true, true]);
measureDecoder('decode 2 of 4 columns', [true, false, true, false]);
measure('JSON.parse', (i) =>
  JSON.parse(bytes.toString('latin1', i === 0 ? 0 : ends[i - 1]!, ends[i]!)),
);

const writer = new ByteWriter(1 << 20);
const encode = createJsonEncoder({ columns: COLUMNS, spec: SPEC });
measure('encode', (i) => {
  if (writer.length > 1_000_000) writer.reset();
  encode(rows[i]!, 0, writer);
});
measure('JSON.stringify', (i) => JSON.stringify(rows[i]));
const formatRow = compileResultRow(COLUMNS.map((column) => column.type));
measure('result row', (i) => formatRow(rows[i]!));
