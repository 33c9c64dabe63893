import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { childrenOf, HangReports, STUCK_MS } from '../hang-report.ts';
import { WatchedChild } from '../watched-child.ts';
import { SeededRandom } from './random.ts';
import { SimulatedDisk } from './simulated-disk.ts';
import { parseTrace, STRACE_OPTIONS, type SystemCall } from './system-calls.ts';

/** What a process found in a data directory: its rows and results; null when it did not open. */
export interface TraceAnswer {
  readonly rows: {
    readonly s: readonly (readonly [string, number, number])[];
    readonly big: readonly (readonly [string, number, number])[];
    readonly totals: readonly (readonly [string, number, number])[];
  } | null;
  readonly said: string;
}

/**
 * The system calls of a whole process, LevelDB's included, and the states in which a power cut at any moment of it
 * could have left the disk.
 */
export class TracedRun {
  readonly directory: string;
  readonly calls: readonly SystemCall[];
  #child: WatchedChild<TraceAnswer> | null = null;

  private constructor(directory: string, calls: readonly SystemCall[]) {
    this.directory = directory;
    this.calls = calls;
  }

  /** Runs a database under strace. */
  static async record(seed: number): Promise<TracedRun> {
    const root = await mkdtemp(join(tmpdir(), 'millrace-trace-'));
    const directory = join(root, 'data');
    const output = join(root, 'trace');
    try {
      await trace(output, [join(import.meta.dirname, 'trace-child.ts'), directory, String(seed)]);
      return new TracedRun(directory, parseTrace(await readFile(output, 'latin1'), directory));
    } finally {
      await rm(root, { recursive: true });
    }
  }

  /**
   * Cuts the power before the call with that index, lets a process open what is left, and says what is wrong.
   * @param names which changes of directories survive; see SimulatedDisk.
   */
  async crashAt(index: number, seed: number, names: 'any' | 'ordered'): Promise<string[]> {
    const disk = new SimulatedDisk(seed, { names });
    const acknowledged = new Set<number>();
    let defined = false;
    await makeDurable(disk, dirname(this.directory));
    for (const call of this.calls.slice(0, index)) {
      if (call.kind === 'say') {
        for (const line of call.line.split('\n')) {
          const id = /^acknowledged (\d+)$/.exec(line)?.[1];
          if (id !== undefined) acknowledged.add(Number(id));
          if (line === 'defined') defined = true;
        }
      } else if (call.kind !== 'sync' || call.doneAt <= index) await apply(call, disk);
    }
    disk.cutPower('some');
    const root = await mkdtemp(join(tmpdir(), 'millrace-trace-'));
    try {
      await this.#materialize(disk, root);
      return complaints(await this.#ask(join(root, 'data')), { acknowledged, defined });
    } finally {
      await rm(root, { recursive: true });
    }
  }

  async #materialize(disk: SimulatedDisk, root: string): Promise<void> {
    for (const path of disk.paths()) {
      if (!path.startsWith(this.directory)) continue;
      const target = join(root, 'data', path.slice(this.directory.length));
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, await disk.files.readFile(path));
    }
  }

  async #ask(directory: string): Promise<TraceAnswer> {
    const child = (this.#child ??= new WatchedChild(join(import.meta.dirname, 'trace-reader.ts')));
    const answer = await child.answer(directory);
    if (answer !== null) return answer;
    this.#child = null;
    return { rows: null, said: `the process ended: ${child.end}` };
  }

  async close(): Promise<void> {
    await this.#child?.kill();
  }
}

/** Runs a script under strace, which writes to the file. @throws Error when it fails or is stuck. */
async function trace(output: string, script: readonly string[]): Promise<void> {
  const reports = new HangReports();
  const command = [process.execPath, ...reports.execArgv, ...script];
  const tracer = spawn('strace', [...STRACE_OPTIONS, '-o', output, ...command], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  tracer.stderr.on('data', (bytes: Buffer) => (errors += bytes.toString()));
  const closed = once(tracer, 'close') as Promise<[number | null]>;
  const stuck = new AbortController();
  try {
    const ended = await Promise.race([closed, after(STUCK_MS, null, { signal: stuck.signal })]);
    if (ended === null) {
      const pid = tracer.pid as number;
      const explanation = await reports.explain(pid, () => errors);
      // It would live on when the tracer is gone.
      for (const traced of childrenOf(pid)) process.kill(traced, 'SIGKILL');
      throw new Error(
        `the traced process did not end within ${STUCK_MS} ms.\nIt said: ${errors}\n${explanation}`,
      );
    }
    if (ended[0] !== 0) {
      throw new Error(`the traced process ended with ${String(ended[0])}: ${errors}`);
    }
  } finally {
    stuck.abort();
    tracer.kill('SIGKILL');
    reports.dispose();
  }
}

/** Indexes of calls after which something was on its way to the disk, spread over the run by the seed. */
export function momentsOf(calls: readonly SystemCall[], count: number, seed: number): number[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: count }, () => 1 + random.below(calls.length));
}

async function apply(
  call: Exclude<SystemCall, { kind: 'say' }>,
  { files }: SimulatedDisk,
): Promise<void> {
  switch (call.kind) {
    case 'makeDirectory':
      return files.makeDirectory(call.path);
    case 'create':
      await files.open(call.path, 'create');
      return;
    case 'append': {
      const file = await files.open(call.path, 'readWrite');
      return file.write(call.bytes, await file.size());
    }
    case 'write':
      return (await files.open(call.path, 'readWrite')).write(call.bytes, call.at);
    case 'truncate':
      return (await files.open(call.path, 'readWrite')).truncate(call.size);
    case 'rename':
      return files.rename(call.path, call.to);
    case 'remove':
      return files.remove(call.path);
    case 'sync':
      if (await isDirectory(files, call.path)) return files.syncDirectory(call.path);
      return (await files.open(call.path, 'readWrite')).sync();
  }
}

async function makeDurable(disk: SimulatedDisk, path: string): Promise<void> {
  await disk.files.makeDirectory(path);
  for (let at = path; at !== '/'; at = dirname(at)) await disk.files.syncDirectory(dirname(at));
}

async function isDirectory(files: SimulatedDisk['files'], path: string): Promise<boolean> {
  try {
    await files.list(path);
    return true;
  } catch {
    return false;
  }
}

function complaints(
  { rows, said }: TraceAnswer,
  known: { readonly acknowledged: ReadonlySet<number>; readonly defined: boolean },
): string[] {
  if (rows === null) return [`it does not open: ${said}`];
  const found: string[] = [];
  const ids = rows.s.map(([, id]) => id);
  if (new Set(ids).size !== ids.length) found.push(`rows are there twice: ${ids.join(' ')}`);
  const present = new Set(ids);
  for (const id of known.acknowledged) {
    if (!present.has(id)) found.push(`row ${id} was acknowledged and is gone`);
  }
  const big = rows.s.filter(([, , v]) => v > 50);
  // What was defined when the power went may be there or not.
  const hasResults = known.defined || rows.big.length > 0;
  if (hasResults && sorted(big) !== sorted(rows.big)) {
    found.push(`BIG is ${sorted(rows.big)}, expected ${sorted(big)}`);
  }
  const totals = [...Map.groupBy(rows.s, ([k]) => k)].map(([k, group]) => {
    return [k, group.length, group.reduce((sum, [, , v]) => sum + v, 0)];
  });
  if ((known.defined || rows.totals.length > 0) && sorted(totals) !== sorted(rows.totals)) {
    found.push(`TOTALS is ${sorted(rows.totals)}, expected ${sorted(totals)}`);
  }
  return found;
}

function sorted(rows: readonly unknown[]): string {
  const texts = rows.map((row) => JSON.stringify(row));
  return texts.sort().join(' ');
}
