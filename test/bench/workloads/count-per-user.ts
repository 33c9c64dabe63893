import { type Event, parseEvent, userId, USERS } from '../events.ts';
import { BATCH_EVENTS, type Figures, type Workload } from './workload.ts';

const WINDOW_MS = 60_000;
/** A pull query may read 100,000 rows; a user has one in each window. */
const USERS_PER_PULL = 500;

/** The aggregate of one user in one window. */
interface Group {
  readonly key: string;
  n: number;
  total: number;
  /** Whether it has changed since the last commit. */
  isDirty: boolean;
}

/** W2: COUNT and SUM per user and 1-minute window, to a table. */
export const countPerUser: Workload = {
  name: 'W2',
  title: 'COUNT, SUM per user per 1-minute window, to a table',

  createSql: ({ source, result }) =>
    `CREATE TABLE ${result} AS SELECT user_id, COUNT(*) AS n, SUM(ms) AS total FROM ${source} ` +
    'WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY user_id EMIT CHANGES;',

  readSql(result) {
    const queries: string[] = [];
    for (let from = 0; from < USERS; from += USERS_PER_PULL) {
      const users = Array.from({ length: USERS_PER_PULL }, (_, i) => `'${userId(from + i)}'`);
      queries.push(`SELECT n, total FROM ${result} WHERE user_id IN (${users.join(', ')});`);
    }
    return queries;
  },

  figuresOf(rows) {
    const figures = { rows: 0, events: 0, msTotal: 0 };
    for (const [n, total] of rows) {
      figures.rows++;
      figures.events += n as number;
      figures.msTotal += total as number;
    }
    return figures;
  },

  handWritten(events, meter) {
    const groups = new Map<string, Group>();
    for (let i = 0; i < events.count; i++) {
      add(groups, parseEvent(events, i));
      if ((i + 1) % BATCH_EVENTS === 0) meter.mark(i + 1);
    }
    return figuresOfGroups(groups);
  },

  async durable(events, meter, output) {
    const groups = new Map<string, Group>();
    const { bytes, starts, count } = events;
    const dirty: Group[] = [];
    for (let from = 0; from < count; from += BATCH_EVENTS) {
      const to = Math.min(count, from + BATCH_EVENTS);
      for (let i = from; i < to; i++) {
        const group = add(groups, parseEvent(events, i));
        if (group.isDirty) continue;
        group.isDirty = true;
        dirty.push(group);
      }
      for (const group of dirty) {
        const { key, n, total } = group;
        group.isDirty = false;
        const value = JSON.stringify({ n, total });
        output.write(key);
        output.write(value);
        output.put(key, value);
      }
      dirty.length = 0;
      await output.commit(bytes.subarray(starts[from], starts[to]), to);
      meter.mark(to);
    }
    return figuresOfGroups(groups);
  },
};

function add(groups: Map<string, Group>, { user_id, ms, ts }: Event): Group {
  const key = `${user_id}|${ts - (ts % WINDOW_MS)}`;
  let group = groups.get(key);
  if (group === undefined) {
    group = { key, n: 0, total: 0, isDirty: false };
    groups.set(key, group);
  }
  group.n++;
  group.total += ms;
  return group;
}

function figuresOfGroups(groups: ReadonlyMap<string, Group>): Figures {
  const figures = { rows: groups.size, events: 0, msTotal: 0 };
  for (const { n, total } of groups.values()) {
    figures.events += n;
    figures.msTotal += total;
  }
  return figures;
}
