import { afterEach, expect, test, vi } from 'vitest';
import { cleanUp, startServer, temporaryDirectory } from './running-server.ts';

afterEach(cleanUp);
// Each kill is followed by a start, and a start may be slow on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const KILLS = 3;
const WRITERS = 4;
const REGISTERED_BEFORE_KILL = 40;

function schemaOf(number: number): string {
  return `{"type":"record","name":"R${number}","fields":[]}`;
}

async function register(url: string, subject: string, schema: string): Promise<number> {
  const response = await fetch(`${url}/subjects/${subject}/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify({ schema }),
  });
  const { id } = (await response.json()) as { id: number };
  expect(response.status).toBe(200);
  return id;
}

test('schemas that were registered are there after a kill, and ids are never given out twice', async () => {
  const directory = temporaryDirectory();
  /** By number of the schema: the id that was answered. */
  const acknowledged = new Map<number, number>();
  let next = 0;
  for (let life = 0; life <= KILLS; life++) {
    const server = await startServer(directory);
    for (const [number, id] of acknowledged) {
      const response = await fetch(`${server.url}/subjects/s${number}/versions/1`);
      expect(await response.json()).toEqual({
        subject: `s${number}`,
        version: 1,
        id,
        schema: schemaOf(number),
      });
    }
    if (life === KILLS) break;
    const goal = acknowledged.size + REGISTERED_BEFORE_KILL;
    const writers = Array.from({ length: WRITERS }, async () => {
      for (;;) {
        const number = next++;
        const id = await register(server.url, `s${number}`, schemaOf(number));
        acknowledged.set(number, id);
        if (acknowledged.size >= goal) void server.end('SIGKILL');
      }
    });
    await Promise.allSettled(writers);
    await server.end('SIGKILL');
  }
  expect(acknowledged.size).toBeGreaterThanOrEqual(KILLS * REGISTERED_BEFORE_KILL);
  expect(new Set(acknowledged.values()).size).toBe(acknowledged.size);
});
