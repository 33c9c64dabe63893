/** The process of one contender: does the task it is given as its argument and sends the result to its parent. */
import { workloads } from '../workloads/index.ts';
import { runByHand } from './by-hand.ts';
import type { ContenderResult, ContenderTask } from './contender.ts';
import { runEngine } from './engine.ts';
import { load, type LoadTask } from './load.ts';

/** `load` makes what `run` of the engine needs. */
export type Task =
  ({ readonly kind: 'load' } & LoadTask) | ({ readonly kind: 'run' } & ContenderTask);

const task = JSON.parse(process.argv[2]!) as Task;
const result = task.kind === 'load' ? await load(task) : await run(task);
process.send?.(result);
process.disconnect?.();

async function run(task: ContenderTask): Promise<ContenderResult> {
  const workload = workloads.find(({ name }) => name === task.workload);
  if (workload === undefined) throw new Error(`There is no workload ${task.workload}.`);
  return task.contender === 'Millrace' ? runEngine(workload, task) : runByHand(workload, task);
}
