import { countPerUser } from './count-per-user.ts';
import { filterProject } from './filter-project.ts';
import { joinStreamStream } from './join-stream-stream.ts';
import { joinStreamTable } from './join-stream-table.ts';
import { joinForeignKey, joinTableTable } from './join-tables.ts';
import { final, hopping, session, undo } from './windows.ts';
import type { Workload } from './workload.ts';

/** The workloads that are told in events per second, in the order they run. */
export const workloads: readonly Workload[] = [
  filterProject,
  countPerUser,
  joinStreamTable,
  joinStreamStream,
  joinTableTable,
  joinForeignKey,
  hopping,
  session,
  final,
  undo,
];
