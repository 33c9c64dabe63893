import type { Database, QueryResult } from '../../src/index.ts';
import type { SeededRandom } from '../crash/random.ts';

/**
 * Transfers between the accounts of a bank. Each is taken from one account by one query and given to the other by a
 * second; a third adds up the accounts and a fourth the bank. Money only moves, so the bank's total is 0 at every
 * moment at which all four are seen at the same place.
 */
export const BANK = `
  CREATE STREAM transfers (id INT KEY, debit VARCHAR, credit VARCHAR, amount BIGINT)
    WITH (KAFKA_TOPIC='transfers', VALUE_FORMAT='JSON', PARTITIONS=3);
  CREATE STREAM entries AS SELECT debit AS account, 'all' AS bank, 0 - amount AS amount
    FROM transfers PARTITION BY debit;
  INSERT INTO entries SELECT credit AS account, 'all' AS bank, amount AS amount
    FROM transfers PARTITION BY credit;
  CREATE TABLE balances AS SELECT account, LATEST_BY_OFFSET(bank) AS bank, SUM(amount) AS balance
    FROM entries GROUP BY account;
  CREATE TABLE totals AS SELECT bank, SUM(balance) AS total, COUNT(*) AS accounts
    FROM balances GROUP BY bank;`;

/** A transfer as a record of the stream. */
export function transferRecord(id: number, random: SeededRandom) {
  const key = Buffer.alloc(4);
  key.writeInt32BE(id);
  const [debit, credit] = [random.below(ACCOUNTS), random.below(ACCOUNTS)];
  const amount = 1 + random.below(1000);
  const value = { DEBIT: `a${debit}`, CREDIT: `a${credit}`, AMOUNT: amount };
  return { key, value: Buffer.from(JSON.stringify(value)), timestamp: id };
}

const ACCOUNTS = 40;

/** What looks at the bank while it works; every total it sees is kept. */
export class Auditor {
  /** Totals that were not 0, with where they were seen. */
  readonly wrong: string[] = [];
  /** Every state of the accounts that a pull has shown, as text. */
  readonly states: Set<string>;
  readonly #database: Database;
  #following: QueryResult | null = null;
  #stopped = false;
  readonly #work: Promise<unknown>[] = [];

  constructor(database: Database, states: Set<string>) {
    this.#database = database;
    this.states = states;
  }

  /** Pulls totals and sums of balances again and again, and follows the changes of the totals. */
  async start(): Promise<void> {
    this.#following = await this.#database.query('SELECT total FROM totals EMIT CHANGES;', {
      properties: { 'auto.offset.reset': 'earliest' },
    });
    this.#work.push(this.#follow(this.#following), this.#pull());
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#following?.close();
    await Promise.all(this.#work);
  }

  async #follow(query: QueryResult): Promise<void> {
    for (let batch = await query.next(); batch !== null; batch = await query.next()) {
      if (batch.kind !== 'rows') continue;
      for (const [total] of batch.rows) {
        if (total !== 0) this.wrong.push(`pushed a total of ${String(total)}`);
      }
    }
  }

  async #pull(): Promise<void> {
    while (!this.#stopped) await this.pull();
  }

  /** Pulls the total and the balances of all accounts, which add up to 0. */
  async pull(): Promise<void> {
    await this.#check('SELECT total FROM totals;');
    const balances = await this.#check('SELECT balance FROM balances;');
    this.states.add(balances.join());
  }

  /** The numbers of one pull. */
  async #check(sql: string): Promise<number[]> {
    const result = await this.#database.query(sql);
    const numbers: number[] = [];
    for (let batch = await result.next(); batch !== null; batch = await result.next()) {
      if (batch.kind === 'rows') numbers.push(...batch.rows.map(([number]) => number as number));
    }
    const sum = numbers.reduce((total, number) => total + number, 0);
    if (sum !== 0) this.wrong.push(`${sql} gives ${sum} in all`);
    return numbers;
  }
}
