import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { parseTrace } from './system-calls.ts';
import { momentsOf, TracedRun } from './trace.ts';

const MOMENTS = 40;
const SEED = 5;
const hasStrace = spawnSync('strace', ['-V']).status === 0;
if (!hasStrace) console.log('strace is not here: no system calls are traced.');

test.skipIf(!hasStrace)(
  'a power cut at any moment of a whole process loses nothing acknowledged and doubles nothing',
  async () => {
    const run = await TracedRun.record(3);
    const kinds = new Set(run.calls.map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual(
      expect.arrayContaining(['append', 'create', 'makeDirectory', 'rename', 'sync', 'write']),
    );
    const findings: unknown[] = [];
    for (const [index, moment] of momentsOf(run.calls, MOMENTS, SEED).entries()) {
      const names = index % 2 === 0 ? 'ordered' : 'any';
      const complaints = await run.crashAt(moment, index, names);
      if (complaints.length > 0) findings.push({ moment, names, complaints });
    }
    await run.close();
    expect(findings).toEqual([]);
  },
  180_000,
);

/** A text as strace prints it with `-xx`. */
function hex(text: string): string {
  return [...Buffer.from(text)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}

test('a trace is read call by call, and calls that end later keep their place', () => {
  const trace = [
    `7 openat(AT_FDCWD<${hex('/')}>, "${hex('/d/data/a')}", O_RDWR|O_CREAT, 0600) = 5<${hex('/d/data/a')}>`,
    `7 pwrite64(5<${hex('/d/data/a')}>, "${hex('abc')}", 3, 9) = 3`,
    `8 fdatasync(5<${hex('/d/data/a')}> <unfinished ...>`,
    `7 write(1<${hex('pipe:[1]')}>, "${hex('acknowledged 1\n')}", 15) = 15`,
    `8 <... fdatasync resumed>)          = 0`,
    `7 rename("${hex('/d/data/a')}", "${hex('/d/data/b')}") = 0`,
    `7 unlink("${hex('/d/data/c')}") = -1 ENOENT (No such file or directory)`,
    `7 unlink("${hex('/elsewhere')}") = 0`,
  ].join('\n');
  expect(parseTrace(trace, '/d/data').filter((call) => call.kind !== 'say' || call.line)).toEqual([
    { kind: 'create', path: '/d/data/a' },
    { kind: 'write', path: '/d/data/a', bytes: Buffer.from('abc'), at: 9 },
    { kind: 'sync', path: '/d/data/a', doneAt: 4 },
    { kind: 'say', line: 'acknowledged 1' },
    { kind: 'rename', path: '/d/data/a', to: '/d/data/b' },
  ]);
});
