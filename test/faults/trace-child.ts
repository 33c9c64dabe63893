/* Runs a database under a tracer: says on standard output, by one write each, what was acknowledged. */
import { writeSync } from 'node:fs';
import { openDatabase } from '../../src/database.ts';

const directory = process.argv[2] as string;
const seed = Number(process.argv[3]);
const STEPS = 24;

/** On standard error, for when it does not end. */
function announce(what: string): void {
  writeSync(2, `${what}\n`);
}

function say(line: string): void {
  writeSync(1, `${line}\n`);
}

announce('opening');
const database = await openDatabase({ directory });
await database.execute(
  `CREATE STREAM S (K STRING KEY, ID INT, V INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=2);
   CREATE STREAM BIG AS SELECT * FROM S WHERE V > 50;
   CREATE TABLE TOTALS AS SELECT K, COUNT(*) AS N, SUM(V) AS TOTAL FROM S GROUP BY K;`,
  { properties: { 'auto.offset.reset': 'earliest' } },
);
say('defined');
announce('writing');
let id = 0;
for (let step = 0; step < STEPS; step++) {
  const burst = 1 + ((seed + step * 7) % 5);
  await Promise.all(
    Array.from({ length: burst }, async () => {
      const own = id++;
      const v = (own * 7919 + seed) % 100;
      await database.execute(`INSERT INTO S (K, ID, V) VALUES ('k${own % 4}', ${own}, ${v});`);
      say(`acknowledged ${own}`);
    }),
  );
  if (step % 5 === 4) await database.settled();
}
announce('settling');
await database.settled();
say('settled');
announce('closing');
await database.close();
announce('closed');
