import { parseEvent } from '../events.ts';
import { BATCH_EVENTS, type Workload } from './workload.ts';

/** `ms` is below 1,000: half of the events pass. */
const MS_MIN = 499;

/** W1: filter and project a stream to a new stream. */
export const filterProject: Workload = {
  name: 'W1',
  title: 'filter + project, JSON stream to JSON stream',

  createSql: ({ source, result }) =>
    `CREATE STREAM ${result} AS SELECT user_id, page, ms FROM ${source} WHERE ms > ${MS_MIN} EMIT CHANGES;`,

  readSql: (result) => [`SELECT user_id, page, ms FROM ${result};`],

  figuresOf(rows) {
    const figures = { rows: 0, msTotal: 0, textLength: 0 };
    for (const [user, page, ms] of rows) {
      figures.rows++;
      figures.msTotal += ms as number;
      figures.textLength += (user as string).length + (page as string).length;
    }
    return figures;
  },

  handWritten(events, meter) {
    const figures = { rows: 0, msTotal: 0, textLength: 0 };
    let outputLength = 0;
    for (let i = 0; i < events.count; i++) {
      const { user_id, page, ms } = parseEvent(events, i);
      if (ms > MS_MIN) {
        figures.rows++;
        figures.msTotal += ms;
        figures.textLength += user_id.length + page.length;
        outputLength += JSON.stringify({ user_id, page, ms }).length;
      }
      if ((i + 1) % BATCH_EVENTS === 0) meter.mark(i + 1);
    }
    // Using the output keeps the compiler from leaving it out.
    if (outputLength < figures.textLength) throw new Error('the output is shorter than its texts');
    return figures;
  },

  async durable(events, meter, output) {
    const figures = { rows: 0, msTotal: 0, textLength: 0 };
    const { bytes, starts, count } = events;
    for (let from = 0; from < count; from += BATCH_EVENTS) {
      const to = Math.min(count, from + BATCH_EVENTS);
      for (let i = from; i < to; i++) {
        const { user_id, page, ms } = parseEvent(events, i);
        if (ms <= MS_MIN) continue;
        figures.rows++;
        figures.msTotal += ms;
        figures.textLength += user_id.length + page.length;
        output.write(JSON.stringify({ user_id, page, ms }));
      }
      await output.commit(bytes.subarray(starts[from], starts[to]), to);
      meter.mark(to);
    }
    return figures;
  },
};
