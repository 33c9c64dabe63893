import { silentLogger } from '../../src/base/logger.ts';
import type { Database } from '../../src/database.ts';
import { MillraceClient } from '../../src/api/client.ts';
import { startServer } from '../../server/app.ts';
import { complain, difference } from './complain.ts';
import type { Observation } from './observation.ts';

/** Committed results of a stream and a table, as a client gets them over HTTP. */
const READ_OVER_REST = {
  BIG: 'SELECT K, ID, AMOUNT FROM BIG;',
  PER_TAG: 'SELECT TAG, N, TOTAL FROM PER_TAG;',
} as const;

/** A client of the server is told the same as was read inside of the process. */
export async function checkRest(database: Database, observation: Observation): Promise<string[]> {
  const server = await startServer({ engine: database, port: 0, logger: silentLogger });
  const client = new MillraceClient(server.url);
  const complaints: string[] = [];
  try {
    for (const [name, sql] of Object.entries(READ_OVER_REST)) {
      const { rows } = await client.collect(sql);
      const got = rows.map((row) => JSON.stringify(row));
      const values = observation.streams.get(name)?.map((row) => row.values);
      const wanted = (values ?? observation.tables.get(name) ?? []).map((row) =>
        JSON.stringify(row),
      );
      complaints.push(
        ...complain(`${name} over REST: rows are missing`, difference(wanted, got)),
        ...complain(`${name} over REST: rows are too much`, difference(got, wanted)),
      );
    }
  } finally {
    client.close();
    await server.close();
  }
  return complaints;
}
