import type { LiveClient } from '../../src/api/live-client.ts';

/** What a program in a browser does with the client. */
export interface Scenario {
  readonly client: LiveClient;
  /** Another one, whose connection is not cut. */
  readonly writer: LiveClient;
  /** Cuts the connection of the first. */
  cut(): Promise<void>;
}

const CREATE =
  "CREATE STREAM b (k VARCHAR KEY, n BIGINT) WITH (KAFKA_TOPIC='b', VALUE_FORMAT='JSON', PARTITIONS=1); CREATE TABLE t AS SELECT k, SUM(n) AS total FROM b GROUP BY k EMIT CHANGES;";
const COUNT = 40;

/** Statements, inserts, a pull, and a push that survives the loss of its connection; all that came of it, as text. */
export async function runScenario({ client, writer, cut }: Scenario): Promise<string> {
  const entities = await client.execute(CREATE);
  const after = await client.insert('b', [
    { k: 'ann', n: 9007199254740993n },
    { k: "o'hara; DROP STREAM b;", n: 1 },
  ]);
  const pulled = await client.collect<{ TOTAL: bigint }>('SELECT total FROM t WHERE k = ?;', {
    parameters: ['ann'],
    after,
  });
  const seen: number[] = [];
  const pushing = (async () => {
    const sql = `SELECT n FROM b WHERE k = ? EMIT CHANGES LIMIT ${COUNT};`;
    const options = { parameters: ['push'], properties: { 'auto.offset.reset': 'earliest' } };
    for await (const { N } of client.rows<{ N: number }>(sql, options)) {
      seen.push(N);
      if (seen.length % 10 === 5) await cut();
    }
  })();
  for (let n = 0; n < COUNT; n++) {
    await writer.insert('b', [{ k: 'push', n }]);
  }
  await pushing;
  let refusal = '';
  try {
    await writer.execute('NONSENSE;');
  } catch (error) {
    refusal = `${(error as Error).name} ${(error as { code?: number }).code}`;
  }
  const abort = new AbortController();
  const endless = writer.query('SELECT * FROM b EMIT CHANGES;', { signal: abort.signal });
  const next = endless.next();
  abort.abort();
  const isDone = (await next).done;
  client.close();
  writer.close();
  const types = entities.map((entity) => entity['@type']);
  return JSON.stringify({ types, total: String(pulled[0]?.TOTAL), seen, refusal, isDone });
}

/** What the scenario tells when all went as it should. */
export const EXPECTED = JSON.stringify({
  types: ['currentStatus', 'currentStatus'],
  total: '9007199254740993',
  seen: Array.from({ length: COUNT }, (_, n) => n),
  refusal: 'LiveError 40001',
  isDone: true,
});
