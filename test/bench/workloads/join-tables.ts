import type { Row } from '../../../src/index.ts';
import { type Event, homesOfUsers, parseEvent } from '../events.ts';
import { BATCH_EVENTS, type Figures, type Workload } from './workload.ts';

/** Events below change the left table, the others the right one: half of them each. */
const MS_MIDDLE = 500;

/** W4T: two tables of users, each changed by half of the events, joined on their keys. */
export const joinTableTable: Workload = {
  name: 'W4T',
  title: 'table-table join on the primary key: 10,000 users, every change',

  prepareSql: (source) => [
    ...keyedSql(`${source}_a`, source, `ms < ${MS_MIDDLE}`),
    ...keyedSql(`${source}_b`, source, `ms >= ${MS_MIDDLE}`),
  ],

  createSql: ({ source, result }) =>
    `CREATE TABLE ${result} AS SELECT a.user_id AS user_id, a.ms AS a, b.ms AS b ` +
    `FROM ${source}_a_table a JOIN ${source}_b_table b ON a.user_id = b.user_id EMIT CHANGES;`,

  readSql: (result) => [`SELECT user_id, a, b FROM ${result};`],
  figuresOf: (rows) => figuresOf(rows),
  ...loops(
    () => new Map<string, [a: number | null, b: number | null]>(),
    (users, { user_id, ms }) => {
      let pair = users.get(user_id);
      if (pair === undefined) users.set(user_id, (pair = [null, null]));
      pair[ms < MS_MIDDLE ? 0 : 1] = ms;
      const [a, b] = pair;
      return a === null || b === null ? null : JSON.stringify({ user_id, a, b });
    },
    (users) =>
      figuresOf(
        [...users]
          .filter(([, [a, b]]) => a !== null && b !== null)
          .map(([user, [a, b]]) => [user, a, b]),
      ),
  ),
};

/** W4F: a table of users, changed by every event, joined on a foreign key with a table of 10,000 homes. */
export const joinForeignKey: Workload = {
  name: 'W4F',
  title: 'foreign-key join: 10,000 rows that point elsewhere with every change',

  prepareSql: (source) => keyedSql(`${source}_c`, source, 'TRUE'),

  createSql: ({ source, result }) =>
    `CREATE TABLE ${result} AS SELECT c.user_id AS user_id, c.ms AS a, u.home AS home ` +
    `FROM ${source}_c_table c JOIN users u ON 'user' + CAST(c.ms AS VARCHAR) = u.id EMIT CHANGES;`,

  readSql: (result) => [`SELECT user_id, a, home FROM ${result};`],
  figuresOf: (rows) => homeFigures(rows),
  ...loops(
    () => ({ homes: new Map(homesOfUsers()), users: new Map<string, [number, string]>() }),
    ({ homes, users }, { user_id, ms }) => {
      const home = homes.get(`user${ms}`);
      if (home === undefined) return null;
      users.set(user_id, [ms, home]);
      return JSON.stringify({ user_id, a: ms, home });
    },
    ({ users }) => homeFigures([...users].map(([user, [a, home]]) => [user, a, home])),
  ),
};

function keyedSql(name: string, source: string, condition: string): string[] {
  return [
    `CREATE STREAM ${name} WITH (KAFKA_TOPIC='${name}') AS SELECT user_id, ms FROM ${source} ` +
      `WHERE ${condition} PARTITION BY user_id EMIT CHANGES;`,
    `CREATE TABLE ${name}_table (user_id VARCHAR PRIMARY KEY, ms BIGINT) ` +
      `WITH (KAFKA_TOPIC='${name}', VALUE_FORMAT='JSON');`,
  ];
}

function figuresOf(rows: Iterable<Row>): Figures {
  const figures = { rows: 0, msTotal: 0 };
  for (const [, a, b] of rows) {
    figures.rows++;
    figures.msTotal += (a as number) - (b as number);
  }
  return figures;
}

function homeFigures(rows: Iterable<Row>): Figures {
  const figures = { rows: 0, msTotal: 0, textLength: 0 };
  for (const [, a, home] of rows) {
    figures.rows++;
    figures.msTotal += a as number;
    figures.textLength += (home as string).length;
  }
  return figures;
}

/** Both loops by hand: a state, what one event puts out and leaves in it, and the figures at the end. */
function loops<State>(
  begin: () => State,
  apply: (state: State, event: Event) => string | null,
  end: (state: State) => Figures,
): Pick<Workload, 'handWritten' | 'durable'> {
  return {
    handWritten(events, meter) {
      const state = begin();
      let outputLength = 0;
      for (let i = 0; i < events.count; i++) {
        outputLength += apply(state, parseEvent(events, i))?.length ?? 0;
        if ((i + 1) % BATCH_EVENTS === 0) meter.mark(i + 1);
      }
      if (outputLength === 0) throw new Error('nothing was put out');
      return end(state);
    },
    async durable(events, meter, output) {
      const state = begin();
      const { bytes, starts, count } = events;
      for (let from = 0; from < count; from += BATCH_EVENTS) {
        const to = Math.min(count, from + BATCH_EVENTS);
        for (let i = from; i < to; i++) {
          const event = parseEvent(events, i);
          const text = apply(state, event);
          output.put(event.user_id, text ?? String(event.ms));
          if (text !== null) output.write(text);
        }
        await output.commit(bytes.subarray(starts[from], starts[to]), to);
        meter.mark(to);
      }
      return end(state);
    },
  };
}
