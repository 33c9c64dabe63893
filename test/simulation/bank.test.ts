import { expect, test } from 'vitest';
import { SeededRandom } from '../crash/random.ts';
import { TemporaryDatabase } from '../temporary-database.ts';
import { Auditor, BANK, transferRecord } from './bank.ts';

const LIVES = 4;
const BURSTS = 60;

test('money that only moves adds up to nothing in every pull and every pushed change, across restarts', async () => {
  const random = new SeededRandom(20);
  const temporary = await TemporaryDatabase.open();
  await temporary.database.execute(BANK, { properties: { 'auto.offset.reset': 'earliest' } });
  let [id, pulled, pushed] = [0, 0, 0];
  for (let life = 0; life < LIVES; life++) {
    const { database } = temporary;
    const auditor = new Auditor(database);
    await auditor.start();
    for (let burst = 0; burst < BURSTS; burst++) {
      const count = 1 + random.below(60);
      const records = Array.from({ length: count }, () => transferRecord(id++, random));
      const written = database.produce('transfers', records);
      if (random.below(2) === 0) await written;
    }
    // The last transfers of a life may still be on their way when it ends.
    if (life === LIVES - 1) await database.settled();
    await auditor.stop();
    expect(auditor.wrong).toEqual([]);
    pulled += auditor.pulled;
    pushed += auditor.pushed;
    await temporary.reopen();
  }
  // How many fit into a burst depends on the machine.
  expect(pulled).toBeGreaterThan(LIVES);
  expect(pushed).toBeGreaterThan(20);
  const [[total, accounts] = []] = await temporary.rows('SELECT total, accounts FROM totals;');
  expect([total, accounts]).toEqual([0, 40]);
});
