import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { ContenderResult, ContenderTask } from './contenders/contender.ts';
import type { LoadResult, LoadTask } from './contenders/load.ts';
import type { Task } from './contenders/main.ts';

const ENTRY = join(import.meta.dirname, 'contenders', 'main.ts');

/** Loads the topics, in a process of its own. */
export async function runLoad(task: LoadTask): Promise<LoadResult> {
  return (await runTask({ kind: 'load', ...task })) as LoadResult;
}

/** Runs a contender once, in a process of its own. */
export async function runContender(task: ContenderTask): Promise<ContenderResult> {
  return (await runTask({ kind: 'run', ...task })) as ContenderResult;
}

/** The flags of this process, such as those of a profiler, are passed on. */
function runTask(task: Task): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const child = fork(ENTRY, [JSON.stringify(task)]);
    let result: unknown;
    child.on('message', (message) => {
      result = message;
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (code === 0 && result !== undefined) resolve(result);
      else reject(new Error(`A contender ended with ${signal ?? code}: ${JSON.stringify(task)}`));
    });
  });
}
