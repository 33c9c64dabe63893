import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';

/** A process that takes longer than this for anything is stuck, however busy the machine. */
export const STUCK_MS = 120_000;

const SIGNAL = 'SIGUSR2';
const PATIENCE_MS = 5_000;
const HANDLES_MAX = 12;

/** What Node writes about a process, as far as we read it. */
interface NodeReport {
  readonly javascriptStack?: { readonly stack?: readonly string[] };
  readonly nativeStack?: readonly { readonly symbol: string }[];
  readonly libuv?: readonly { readonly type: string; readonly is_active?: boolean }[];
}

/** Has processes of Node say, when they are asked, what they are doing. */
export class HangReports {
  readonly #directory = mkdtempSync(join(tmpdir(), 'millrace-hang-'));
  readonly #patienceMs: number;

  /** @param options.patienceMs for each of the ways to ask: a process that is blocked answers none of them. */
  constructor({ patienceMs = PATIENCE_MS }: { readonly patienceMs?: number } = {}) {
    this.#patienceMs = patienceMs;
  }

  /** Arguments for Node itself. */
  get execArgv(): string[] {
    const signal = `--report-signal=${SIGNAL}`;
    const directory = `--report-directory=${this.#directory}`;
    return ['--report-on-signal', signal, directory, '--inspect-port=0'];
  }

  /**
   * What a running process started with the arguments is doing: its stack, what its event loop waits for, and what
   * the system knows of its threads; the same of its children, such as one that is traced.
   * @param errorsOf what it has written to standard error so far.
   */
  async explain(pid: number, errorsOf: () => string): Promise<string> {
    const pids = [pid, ...childrenOf(pid)];
    const parts = pids.map(async (each) => {
      const threads = threadsOf(each);
      const isOurs = read(`/proc/${each}/cmdline`).includes(SIGNAL);
      const said = isOurs ? await this.#askNode(each, errorsOf) : [];
      return [`process ${each}:`, ...said, ...threads].join('\n  ');
    });
    return (await Promise.all(parts)).join('\n');
  }

  async #askNode(pid: number, errorsOf: () => string): Promise<string[]> {
    const report = await this.#reportOf(pid);
    if (report !== null) return linesOf(report);
    const stack = await stackOf(pid, { errorsOf, patienceMs: this.#patienceMs });
    return [
      'it writes no report: its event loop does not turn',
      stack === null ? 'its main thread is blocked outside of JavaScript' : `JavaScript: ${stack}`,
    ];
  }

  async #reportOf(pid: number): Promise<NodeReport | null> {
    process.kill(pid, SIGNAL);
    for (const deadline = performance.now() + this.#patienceMs; performance.now() < deadline;) {
      const name = readdirSync(this.#directory).find((file) => file.split('.')[3] === String(pid));
      try {
        if (name !== undefined) {
          return JSON.parse(readFileSync(join(this.#directory, name), 'utf8')) as NodeReport;
        }
      } catch (error) {
        // Not written to its end.
        if (!(error instanceof SyntaxError)) throw error;
      }
      await after(20);
    }
    return null;
  }

  dispose(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** Where a process is in JavaScript that does not end, asked through its inspector; null when it is elsewhere. */
async function stackOf(
  pid: number,
  { errorsOf, patienceMs }: { errorsOf: () => string; patienceMs: number },
): Promise<string | null> {
  process.kill(pid, 'SIGUSR1');
  const deadline = performance.now() + patienceMs;
  let url: string | undefined;
  while (url === undefined && performance.now() < deadline) {
    await after(20);
    url = /Debugger listening on (ws:\S+)/.exec(errorsOf())?.[1];
  }
  if (url === undefined) return null;
  const socket = new WebSocket(url);
  const paths = new Map<string, string>();
  const paused = new Promise<string>((resolve) => {
    socket.addEventListener('message', ({ data }) => {
      const { method, params } = JSON.parse(String(data)) as InspectorMessage;
      if (method === 'Debugger.scriptParsed') paths.set(params.scriptId, params.url);
      if (method !== 'Debugger.paused') return;
      const frames = params.callFrames.map(({ functionName, location }) => {
        const path = paths.get(location.scriptId) ?? 'unknown';
        return `${functionName} (${path}:${location.lineNumber + 1})`;
      });
      resolve(frames.join(' < '));
    });
  });
  socket.addEventListener('open', () => {
    socket.send(JSON.stringify({ id: 1, method: 'Debugger.enable' }));
    socket.send(JSON.stringify({ id: 2, method: 'Debugger.pause' }));
  });
  socket.addEventListener('error', () => {});
  const stack = await Promise.race([paused, after(patienceMs, null, { ref: false })]);
  socket.close();
  return stack;
}

/** The messages of an inspector that are listened to; there are others. */
type InspectorMessage =
  | {
      readonly method: 'Debugger.scriptParsed';
      readonly params: { readonly scriptId: string; readonly url: string };
    }
  | {
      readonly method: 'Debugger.paused';
      readonly params: {
        readonly callFrames: readonly {
          readonly functionName: string;
          readonly location: { readonly scriptId: string; readonly lineNumber: number };
        }[];
      };
    };

function linesOf({ javascriptStack, nativeStack = [], libuv = [] }: NodeReport): string[] {
  const active = libuv.filter((handle) => handle.is_active === true);
  const counts = Map.groupBy(active, ({ type }) => type);
  const handles = [...counts].map(([type, { length }]) => `${length} ${type}`);
  return [
    `JavaScript: ${(javascriptStack?.stack ?? []).map((line) => line.trim()).join(' < ')}`,
    `native: ${nativeStack.map(({ symbol }) => symbol.split(' ')[0]).join(' < ')}`,
    `event loop waits for: ${handles.slice(0, HANDLES_MAX).join(', ')}`,
  ];
}

/** Linux only: name, state and system call of each thread. */
function threadsOf(pid: number): string[] {
  const directory = `/proc/${pid}/task`;
  if (!existsSync(directory)) return [];
  return readdirSync(directory).map((id) => {
    const state = /^State:\s+(.*)$/m.exec(read(`${directory}/${id}/status`))?.[1] ?? 'gone';
    const [name, place, call] = ['comm', 'wchan', 'syscall'].map((file) =>
      read(`${directory}/${id}/${file}`).trim(),
    );
    return `thread ${id} ${name}: ${state} in ${place}, system call ${call}`;
  });
}

/** Processes that a process has started and that run; Linux only. */
export function childrenOf(pid: number): number[] {
  const directory = `/proc/${pid}/task`;
  if (!existsSync(directory)) return [];
  const lists = readdirSync(directory).map((id) => read(`${directory}/${id}/children`));
  return lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number));
}

/** What may be gone by now. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
