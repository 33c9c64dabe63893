/** One thing a traced process did to files, or said on its standard output. Paths are absolute. */
export type SystemCall =
  | { readonly kind: 'create' | 'makeDirectory' | 'remove'; readonly path: string }
  | { readonly kind: 'append'; readonly path: string; readonly bytes: Buffer }
  | { readonly kind: 'write'; readonly path: string; readonly bytes: Buffer; readonly at: number }
  | { readonly kind: 'truncate'; readonly path: string; readonly size: number }
  | { readonly kind: 'rename'; readonly path: string; readonly to: string }
  /** `doneAt`: how many calls had begun when it returned; Infinity when it never did. */
  | { readonly kind: 'sync'; readonly path: string; readonly doneAt: number }
  | { readonly kind: 'say'; readonly line: string };

/** What strace has to be told so that {@link parseTrace} understands its output. */
export const STRACE_OPTIONS = [
  '-f',
  '-qq',
  '-y',
  '-xx',
  '-s',
  '4194304',
  '-e',
  'trace=openat,open,creat,write,pwrite64,pwritev,writev,ftruncate,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir',
] as const;

const CALL = /^(\d+) +(?:<\.\.\. (\w+) resumed>(.*)|(\w+)\((.*))$/;
const UNFINISHED = / <unfinished \.\.\.>$/;
const RESULT = /\) += (-?\d+)(?:<[^>]*>)?(?: \w+ \(.*\))?$/;

/**
 * The calls of a trace that touch files under the directory, in the order in which they began. Calls that failed are
 * left out; of syncs it is kept when they returned.
 */
export function parseTrace(trace: string, directory: string): SystemCall[] {
  const calls: SystemCall[] = [];
  const open = new Map<string, { name: string; text: string; place: number }>();
  for (const line of trace.split('\n')) {
    const match = CALL.exec(line);
    if (match === null) continue;
    const [, thread = '', resumed, rest = '', name = '', text = ''] = match;
    if (resumed !== undefined) {
      const begun = open.get(thread);
      open.delete(thread);
      if (begun === undefined) continue;
      finish(calls, begun, begun.text + rest, directory);
    } else if (UNFINISHED.test(text)) {
      // Takes its place now and is filled in when it is known how it ended.
      calls.push({ kind: 'say', line: '' });
      open.set(thread, { name, text: text.replace(UNFINISHED, ''), place: calls.length - 1 });
    } else {
      calls.push({ kind: 'say', line: '' });
      finish(calls, { name, place: calls.length - 1 }, text, directory);
    }
  }
  return calls;
}

function finish(
  calls: SystemCall[],
  { name, place }: { readonly name: string; readonly place: number },
  text: string,
  directory: string,
): void {
  const result = RESULT.exec(text);
  if (result === null || result[1]?.startsWith('-') === true) return;
  const call = callOf(name, text.slice(0, result.index), Number(result[1]), calls.length);
  if (call === null) return;
  // The parent's sync makes the name of the directory durable.
  const isOurs = call.kind === 'say' || `${call.path}/`.startsWith(`${parentOf(directory)}/`);
  if (!isOurs) return;
  calls[place] = call;
}

function callOf(name: string, args: string, result: number, doneAt: number): SystemCall | null {
  const texts = [...args.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, hex = '']) => bytesOf(hex));
  const path = String(bytesOf(/^\d+<([^>]*)>/.exec(args)?.[1] ?? ''));
  const number = (): number => Number(/, (\d+)$/.exec(args)?.[1]);
  switch (name) {
    case 'open':
    case 'openat':
    case 'creat':
      if (!args.includes('O_CREAT') && name !== 'creat') return null;
      return { kind: 'create', path: String(texts[0]) };
    case 'write':
    case 'writev': {
      const bytes = Buffer.concat(texts).subarray(0, result);
      if (args.startsWith('1<')) return { kind: 'say', line: bytes.toString().trim() };
      return { kind: 'append', path, bytes };
    }
    case 'pwrite64':
    case 'pwritev': {
      const bytes = Buffer.concat(texts).subarray(0, result);
      return { kind: 'write', path, bytes, at: number() };
    }
    case 'ftruncate':
      return { kind: 'truncate', path, size: number() };
    case 'fsync':
    case 'fdatasync':
      return { kind: 'sync', path, doneAt };
    case 'rename':
    case 'renameat':
    case 'renameat2':
      return { kind: 'rename', path: String(texts[0]), to: String(texts[1]) };
    case 'unlink':
    case 'unlinkat':
    case 'rmdir':
      return { kind: 'remove', path: String(texts[0]) };
    case 'mkdir':
    case 'mkdirat':
      return { kind: 'makeDirectory', path: String(texts[0]) };
    default:
      return null;
  }
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

function bytesOf(hex: string): Buffer {
  return Buffer.from(hex.replaceAll('\\x', ''), 'hex');
}
