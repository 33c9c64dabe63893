import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished, expect, test } from 'vitest';
import { Watchdog } from './watchdog.ts';

/** Answers everything; before the answer to /busy it runs, and before that to /idle it waits, for so many ms. */
const SERVER = `
  require('node:http').createServer((request, response) => {
    const [, what, ms] = request.url.split('/');
    const end = process.cpuUsage().user / 1000 + Number(ms);
    while (what === 'busy' && process.cpuUsage().user / 1000 < end);
    setTimeout(() => response.end(), what === 'idle' ? Number(ms) : 0);
  }).listen(0, '127.0.0.1', function () { console.log(this.address().port); });`;

async function startServer(): Promise<{ port: number; pid: number }> {
  const child = spawn(process.execPath, ['-e', SERVER], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { port: Number(line.toString()), pid: child.pid! };
}

test('a server that is held up is found, with what it was given', async () => {
  const { port, pid } = await startServer();
  const watchdog = new Watchdog({ port, pid, heldUpMsMax: 150 });
  watchdog.note('/busy/400');
  await fetch(`http://127.0.0.1:${port}/busy/400`);
  await expect.poll(() => watchdog.hasFound, { timeout: 10_000 }).toBe(true);
  const [finding] = await watchdog.stop();
  expect(finding).toMatch(/^held up for \d+ ms by one of \["\/busy\/400"\]$/);
  expect(watchdog.longestMs).toBeGreaterThan(150);
});

test('a server that only waits, for itself or for the machine, is not', async () => {
  const { port, pid } = await startServer();
  const watchdog = new Watchdog({ port, pid, heldUpMsMax: 150 });
  watchdog.note('/idle/400');
  await fetch(`http://127.0.0.1:${port}/idle/400`);
  expect(await watchdog.stop()).toEqual([]);
});
