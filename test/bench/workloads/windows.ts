import type { Row } from '../../../src/index.ts';
import { USERS, userId } from '../events.ts';
import { type ByHand, figuresOfCounts, type Group, groupedLoops, groupOf } from './grouped.ts';
import type { Figures, Workload } from './workload.ts';

/** A pull query may read 100,000 rows; a user has one in each window. */
const USERS_PER_PULL = 200;

/** Reads all windows of all users. */
function readUsers(result: string): string[] {
  const queries: string[] = [];
  for (let from = 0; from < USERS; from += USERS_PER_PULL) {
    const users = Array.from({ length: USERS_PER_PULL }, (_, i) => `'${userId(from + i)}'`);
    queries.push(`SELECT n, total FROM ${result} WHERE user_id IN (${users.join(', ')});`);
  }
  return queries;
}

function countsOf(rows: Iterable<Row>): Figures {
  return figuresOfCounts(rows as Iterable<readonly [number, number]>);
}

function figuresOfMap(groups: ReadonlyMap<string, Group>): Figures {
  return figuresOfCounts([...groups.values()].map(({ n, total }) => [n, total]));
}

function add(group: Group, ms: number): void {
  group.n++;
  group.total += ms;
}

const WINDOW_MS = 60_000;
const ADVANCE_MS = 20_000;

/** HOP: COUNT and SUM per user, each event in three windows. */
export const hopping: Workload = {
  name: 'HOP',
  title: 'COUNT, SUM per user in windows of 1 minute every 20 seconds, to a table',
  createSql: ({ source, result }) =>
    `CREATE TABLE ${result} AS SELECT user_id, COUNT(*) AS n, SUM(ms) AS total FROM ${source} ` +
    'WINDOW HOPPING (SIZE 1 MINUTE, ADVANCE BY 20 SECONDS) GROUP BY user_id EMIT CHANGES;',
  readSql: readUsers,
  figuresOf: countsOf,
  ...groupedLoops((): ByHand => {
    const groups = new Map<string, Group>();
    return {
      take({ user_id, ms, ts }, changed) {
        const first = (Math.floor((ts - WINDOW_MS) / ADVANCE_MS) + 1) * ADVANCE_MS;
        for (let start = first; start <= ts; start += ADVANCE_MS) {
          const group = groupOf(groups, `${user_id}|${start}`);
          add(group, ms);
          changed(group);
        }
      },
      figures: () => figuresOfMap(groups),
    };
  }),
};

const GAP_MS = 5_000;

/** SESSION: COUNT and SUM per user and session; events come in order, so by hand no two sessions are ever joined. */
export const session: Workload = {
  name: 'SESSION',
  title: 'COUNT, SUM per user and session with gaps up to 5 seconds, to a table',
  createSql: ({ source, result }) =>
    `CREATE TABLE ${result} AS SELECT user_id, COUNT(*) AS n, SUM(ms) AS total FROM ${source} ` +
    'WINDOW SESSION (5 SECONDS) GROUP BY user_id EMIT CHANGES;',
  readSql: readUsers,
  figuresOf: countsOf,
  ...groupedLoops((): ByHand => {
    const latest = new Map<string, { group: Group; end: number }>();
    const groups: Group[] = [];
    return {
      take({ user_id, ms, ts }, changed) {
        let known = latest.get(user_id);
        if (known === undefined || ts - known.end > GAP_MS) {
          const group: Group = { key: `${user_id}|${ts}`, n: 0, total: 0, isDirty: false };
          known = { group, end: ts };
          latest.set(user_id, known);
          groups.push(group);
        }
        known.end = ts;
        add(known.group, ms);
        changed(known.group);
      },
      figures: () => figuresOfCounts(groups.map(({ n, total }) => [n, total])),
    };
  }),
};

/** FINAL: the results of a minute, sorted by user, when it is over. */
export const final: Workload = {
  name: 'FINAL',
  title: 'COUNT, SUM per user per 1-minute window, each emitted once, to a table',
  createSql: ({ source, result }) =>
    `CREATE TABLE ${result} AS SELECT user_id, COUNT(*) AS n, SUM(ms) AS total FROM ${source} ` +
    'WINDOW TUMBLING (SIZE 1 MINUTE, RETENTION 1 DAY, GRACE PERIOD 0 SECONDS) GROUP BY user_id EMIT FINAL;',
  readSql: readUsers,
  figuresOf: countsOf,
  ...groupedLoops((): ByHand => {
    const groups = new Map<string, Group>();
    let open = new Map<string, Group>();
    let start = -1;
    let emittedBytes = 0;
    return {
      take({ user_id, ms, ts }, changed) {
        const own = ts - (ts % WINDOW_MS);
        if (own !== start) {
          for (const user of [...open.keys()].sort()) {
            emittedBytes += JSON.stringify({ user, start, ...open.get(user) }).length;
          }
          open = new Map();
          start = own;
        }
        const group = groupOf(groups, `${user_id}|${own}`);
        open.set(user_id, group);
        add(group, ms);
        changed(group);
      },
      figures: () => (emittedBytes < 0 ? {} : figuresOfMap(groups)),
    };
  }),
};

/** UNDO: how many users have been on each page last, an aggregation of a table. */
export const undo: Workload = {
  name: 'UNDO',
  title: 'the latest event of each user, and COUNT, SUM of those per page, two tables',
  createSql: ({ source, result }) =>
    `CREATE TABLE ${result}_latest AS SELECT user_id, LATEST_BY_OFFSET(page) AS page, LATEST_BY_OFFSET(ms) AS ms ` +
    `FROM ${source} GROUP BY user_id EMIT CHANGES; ` +
    `CREATE TABLE ${result} AS SELECT page, COUNT(*) AS n, SUM(ms) AS total FROM ${result}_latest ` +
    'GROUP BY page EMIT CHANGES;',
  readSql: (result) => [`SELECT n, total FROM ${result};`],
  figuresOf: (rows) => countsOf([...rows].filter(([n]) => n !== 0)),
  ...groupedLoops((): ByHand => {
    const latest = new Map<string, { page: Group; ms: number }>();
    const pages = new Map<string, Group>();
    return {
      take({ user_id, page, ms }, changed) {
        const old = latest.get(user_id);
        if (old !== undefined) {
          old.page.n--;
          old.page.total -= old.ms;
          changed(old.page);
        }
        const group = groupOf(pages, page);
        add(group, ms);
        changed(group);
        latest.set(user_id, { page: group, ms });
      },
      figures: () =>
        figuresOfCounts(
          [...pages.values()].filter(({ n }) => n !== 0).map(({ n, total }) => [n, total]),
        ),
    };
  }),
};
