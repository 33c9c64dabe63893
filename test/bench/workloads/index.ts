import { countPerUser } from './count-per-user.ts';
import { filterProject } from './filter-project.ts';
import { final, hopping, session, undo } from './windows.ts';
import type { Workload } from './workload.ts';

/** The workloads that are told in events per second, in the order they run. */
export const workloads: readonly Workload[] = [
  filterProject,
  countPerUser,
  hopping,
  session,
  final,
  undo,
];
