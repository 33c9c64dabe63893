import { describe, expect, test } from 'vitest';
import { runCampaign, runRandom } from './campaign.ts';
import { complaints } from './check.ts';
import { Machine } from './machine.ts';
import { runInto } from './run.ts';
import { act, Ledger, WORKLOADS } from './workload.ts';

/** In CI each 47th of some 25,000 runs; all of them: npm run faults. */
const EVERY = 47;
/** Of several mishaps at once; npm run faults has 2,000. */
const RANDOM_SEEDS = 150;

test('whatever operation fails and wherever the process dies, nothing acknowledged is lost or doubled', async () => {
  const { runs, findings } = await runCampaign({ every: EVERY });
  expect(findings).toEqual([]);
  expect(runs).toBeGreaterThan(400);
}, 300_000);

describe.each(WORKLOADS)('a full disk: $name', (workload) => {
  test.each(['once', 'always'] as const)(
    'which has no room %s, at any operation, stops nothing; with room again all goes on',
    async (lasts) => {
      const { operations } = await runInto(workload, { seed: 0, end: 'kill' });
      const { operations: starting } = await runInto(workload, {
        seed: 0,
        actions: 0,
        end: 'kill',
      });
      // For good, each seventh.
      const step = lasts === 'once' ? 1 : 7;
      for (let at = starting + 1; at <= operations; at += step) {
        const fault = { at, lasts, code: 'ENOSPC' } as const;
        const { complaints: found, stopped } = await runInto(workload, {
          seed: at,
          fault,
          end: 'some',
        });
        expect({ at, found, stopped }).toEqual({ at, found: [], stopped: false });
      }
    },
    120_000,
  );

  test('a commit of the store without room waits for it', async () => {
    const { commits } = await runInto(workload, { seed: 0, end: 'kill' });
    const { commits: starting } = await runInto(workload, { seed: 0, actions: 0, end: 'kill' });
    for (let at = starting + 1; at <= commits; at++) {
      for (const lasts of ['once', 'always'] as const) {
        const storeFault = { at, lasts, code: 'ENOSPC' } as const;
        const { complaints: found, stopped } = await runInto(workload, {
          seed: at,
          storeFault,
          end: 'kill',
        });
        expect({ at, lasts, found, stopped }).toEqual({ at, lasts, found: [], stopped: false });
      }
    }
  }, 60_000);
});

test('a disk that fails an insert stops the database: nothing is known of it any more', async () => {
  const [inserts] = WORKLOADS;
  const { operations } = await runInto(inserts!, { seed: 0, end: 'kill' });
  let stopped = 0;
  for (let at = 1; at <= operations; at++) {
    const machine = new Machine(at);
    const ledger = new Ledger();
    await machine.start();
    await act(inserts!.actions[0]!, machine, ledger);
    machine.disk.failAt({ at: machine.disk.operations + at, lasts: 'always', code: 'EIO' });
    await act({ kind: 'insert', count: 3 }, machine, ledger);
    if (ledger.acknowledged.size === 3) break;
    expect(machine.fatal).toMatchObject({ code: 'INTERNAL', cause: { code: 'EIO' } });
    stopped++;
  }
  expect(stopped).toBeGreaterThan(0);
}, 60_000);

test('whatever else a seed thinks of', async () => {
  for (let seed = 1; seed <= RANDOM_SEEDS; seed++) expect(await runRandom(seed)).toBeNull();
}, 300_000);

test('the same mishap has the same outcome', async () => {
  const [workload] = WORKLOADS;
  const mishap = { seed: 7, fault: { at: 40, lasts: 'once', code: 'EIO' }, end: 'some' } as const;
  expect(await runInto(workload!, mishap)).toEqual(await runInto(workload!, mishap));
});

async function afterWork(): Promise<{ machine: Machine; ledger: Ledger }> {
  const machine = new Machine(3);
  const ledger = new Ledger();
  await machine.start();
  for (const action of WORKLOADS[1]!.actions) await act(action, machine, ledger);
  expect(await complaints(machine, ledger)).toEqual([]);
  return { machine, ledger };
}

describe('the checker sees', () => {
  test('a row that is gone', async () => {
    const { machine, ledger } = await afterWork();
    ledger.sent.set(99, { id: 99, k: 'k0', v: 1, time: 0 });
    ledger.acknowledged.add(99);
    expect(await complaints(machine, ledger)).toEqual(['row 99 was acknowledged and is gone']);
  });

  test('a row that is there twice', async () => {
    const { machine, ledger } = await afterWork();
    const { k, v, time } = ledger.sent.get(0)!;
    const sql = `INSERT INTO S (K, ID, V, ROWTIME) VALUES ('${k}', 0, ${v}, ${time});`;
    await machine.until(machine.database.execute(sql));
    expect(await complaints(machine, ledger)).toEqual(['row 0 is there 2 times']);
  });

  test('a row that was changed', async () => {
    const { machine, ledger } = await afterWork();
    const sent = ledger.sent.get(0)!;
    ledger.sent.set(0, { ...sent, k: 'other' });
    expect(await complaints(machine, ledger)).toEqual([
      `row 0 is ${JSON.stringify({ k: sent.k, id: 0, v: sent.v, time: sent.time })}, sent was ${JSON.stringify({ ...sent, k: 'other' })}`,
    ]);
  });

  test('a definition that is gone', async () => {
    const { machine, ledger } = await afterWork();
    ledger.created.add('T');
    expect(await complaints(machine, ledger)).toEqual(['T was created and is gone']);
  });

  test('a result that is not what the rows say', async () => {
    const { machine, ledger } = await afterWork();
    const sql = "INSERT INTO BIG (K, ID, V) VALUES ('k9', 1000, 60);";
    await machine.until(machine.database.execute(sql));
    const found = await complaints(machine, ledger);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^BIG: expected .*, found .*\["k9",1000,60\]/);
  });
});
