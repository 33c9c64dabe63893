import { expect, test } from 'vitest';
import { SeededRandom } from '../crash/random.ts';
import { TemporaryDatabase } from '../temporary-database.ts';
import { Auditor, BANK, transferRecord } from './bank.ts';

const LIVES = 4;
const BURSTS = 60;
/** After so many bursts everything they lead to is waited for, so that there is something new to see. */
const SETTLED_EVERY = 4;
const SETTLED = (LIVES * BURSTS) / SETTLED_EVERY;

test('money that only moves adds up to nothing in every pull and every pushed change, across restarts', async () => {
  const random = new SeededRandom(20);
  const temporary = await TemporaryDatabase.open();
  await temporary.database.execute(BANK, { properties: { 'auto.offset.reset': 'earliest' } });
  const states = new Set<string>();
  let id = 0;
  for (let life = 0; life < LIVES; life++) {
    const { database } = temporary;
    const auditor = new Auditor(database, states);
    await auditor.start();
    for (let burst = 1; burst <= BURSTS; burst++) {
      const count = 1 + random.below(60);
      const records = Array.from({ length: count }, () => transferRecord(id++, random));
      const written = database.produce('transfers', records);
      const isSettled = burst % SETTLED_EVERY === 0;
      if (isSettled || random.below(2) === 0) await written;
      if (isSettled) await database.settled();
      await auditor.pull();
    }
    await auditor.stop();
    expect(auditor.wrong).toEqual([]);
    // The next life begins with a transfer that is on its way.
    const last = database.produce('transfers', [transferRecord(id++, random)]);
    await temporary.reopen();
    await last;
  }
  await temporary.database.settled();
  // However slow the machine: a new state after each wait, and a change of the total that led to it.
  expect(states.size).toBeGreaterThanOrEqual(SETTLED);
  const changes = await temporary.rows(`SELECT total FROM totals EMIT CHANGES LIMIT ${SETTLED};`);
  expect(changes.map(([total]) => total)).toEqual(Array.from({ length: SETTLED }, () => 0));
  const [[total, accounts] = []] = await temporary.rows('SELECT total, accounts FROM totals;');
  expect([total, accounts]).toEqual([0, 40]);
});
