import { homesOfUsers, parseEvent } from '../events.ts';
import { BATCH_EVENTS, type Workload } from './workload.ts';

/** W4: every event with what a table of 10,000 users knows; the events are handed over by user first. */
export const joinStreamTable: Workload = {
  name: 'W4',
  title: 'stream-table join: a table of 10,000 users, JSON stream to JSON stream',

  createSql: ({ source, result }) =>
    `CREATE STREAM ${result} AS SELECT e.user_id AS user_id, ms, home FROM ${source} e ` +
    'JOIN users u ON e.user_id = u.id EMIT CHANGES;',

  readSql: (result) => [`SELECT user_id, ms, home FROM ${result};`],

  figuresOf(rows) {
    const figures = { rows: 0, msTotal: 0, textLength: 0 };
    for (const [user, ms, home] of rows) {
      figures.rows++;
      figures.msTotal += ms as number;
      figures.textLength += (user as string).length + (home as string).length;
    }
    return figures;
  },

  handWritten(events, meter) {
    const homes = homesByUser();
    const figures = { rows: 0, msTotal: 0, textLength: 0 };
    let outputLength = 0;
    for (let i = 0; i < events.count; i++) {
      const { user_id, ms } = parseEvent(events, i);
      const home = homes.get(user_id);
      if (home !== undefined) {
        figures.rows++;
        figures.msTotal += ms;
        figures.textLength += user_id.length + home.length;
        outputLength += JSON.stringify({ user_id, ms, home }).length;
      }
      if ((i + 1) % BATCH_EVENTS === 0) meter.mark(i + 1);
    }
    // Using the output keeps the compiler from leaving it out.
    if (outputLength < figures.textLength) throw new Error('the output is shorter than its texts');
    return figures;
  },

  async durable(events, meter, output) {
    const homes = homesByUser();
    const figures = { rows: 0, msTotal: 0, textLength: 0 };
    const { bytes, starts, count } = events;
    for (let from = 0; from < count; from += BATCH_EVENTS) {
      const to = Math.min(count, from + BATCH_EVENTS);
      for (let i = from; i < to; i++) {
        const { user_id, ms } = parseEvent(events, i);
        const home = homes.get(user_id);
        if (home === undefined) continue;
        figures.rows++;
        figures.msTotal += ms;
        figures.textLength += user_id.length + home.length;
        output.write(JSON.stringify({ user_id, ms, home }));
      }
      await output.commit(bytes.subarray(starts[from], starts[to]), to);
      meter.mark(to);
    }
    return figures;
  },
};

function homesByUser(): Map<string, string> {
  return new Map(homesOfUsers());
}
