import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { stripTypeScriptTypes } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { onTestFinished, expect, test } from 'vitest';
import { startDatabaseServer } from '../server/database-server.ts';
import { EXPECTED } from './browser-scenario.ts';
import { startCutProxy } from './cut-proxy.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const PAGE = `<!doctype html><meta charset="utf-8"><script type="module" src="/main.js"></script>`;

/** Browsers that may be on a machine; `MILLRACE_BROWSER` names another. */
const BROWSERS = [
  process.env['MILLRACE_BROWSER'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/firefox',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Firefox.app/Contents/MacOS/firefox',
];

/** The program of the page: runs the scenario and hands in what came of it. */
function mainOf(port: number, writerPort: number): string {
  return `
    import { LiveClient } from '/src/api/live-client.ts';
    import { runScenario } from '/test/api/browser-scenario.ts';
    const client = new LiveClient('http://127.0.0.1:${port}', { retryMsMin: 5, retryMsMax: 50 });
    const writer = new LiveClient('http://127.0.0.1:${writerPort}');
    const cut = () => fetch('/cut', { method: 'POST' });
    const told = await runScenario({ client, writer, cut }).catch((error) => String(error?.stack ?? error));
    await fetch('/result', { method: 'POST', body: told });`;
}

/** Serves the page and the sources as scripts; resolves with what the page hands in. */
async function startPage(options: {
  readonly port: number;
  /** Where nothing is cut. */
  readonly writerPort: number;
  cut(): void;
}): Promise<{ readonly url: string; readonly result: Promise<string> }> {
  const { promise: result, resolve: handIn } = Promise.withResolvers<string>();
  const server = createServer(async (request, response) => {
    const url = request.url ?? '';
    const script = (text: string): void =>
      void response.setHeader('content-type', 'text/javascript').end(text);
    if (url === '/') response.setHeader('content-type', 'text/html').end(PAGE);
    else if (url === '/main.js') script(mainOf(options.port, options.writerPort));
    else if (url === '/cut') {
      options.cut();
      response.end();
    } else if (url === '/result') {
      let body = '';
      for await (const chunk of request.setEncoding('utf8')) body += chunk as string;
      response.end();
      handIn(body);
    } else if (/^\/(?:src|test)\/[\w/-]+\.ts$/.test(url)) {
      script(stripTypeScriptTypes(readFileSync(join(ROOT, url), 'utf8')));
    } else response.writeHead(404).end();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, result };
}

/** Opens the page without a window, in a profile of its own; closed when the test is over. */
function openBrowser(path: string, url: string): void {
  const profile = mkdtempSync(join(tmpdir(), 'millrace-browser-'));
  const flags = path.toLowerCase().includes('firefox')
    ? ['--headless', '--no-remote', '--profile', profile]
    : [
        '--headless=new',
        '--no-sandbox',
        '--disable-gpu',
        '--no-first-run',
        `--user-data-dir=${profile}`,
      ];
  const browser = spawn(path, [...flags, url], { stdio: 'ignore', detached: true });
  onTestFinished(async () => {
    const closed = new Promise((ended) => browser.once('close', ended));
    // With all the processes it has started.
    process.kill(-browser.pid!, 'SIGKILL');
    await closed;
    rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });
}

test('the client works in a browser: statements, inserts, pulls, and a push that survives lost connections', async ({
  skip,
}) => {
  const path = BROWSERS.find((candidate) => candidate !== '' && existsSync(candidate));
  if (path === undefined) {
    return skip(
      'no browser on this machine: install Chromium or Firefox, or name one by MILLRACE_BROWSER',
    );
  }
  const server = await startDatabaseServer();
  const proxy = await startCutProxy(server.port);
  const page = await startPage({ ...proxy, writerPort: server.port });
  openBrowser(path, page.url);
  expect(await page.result).toBe(EXPECTED);
}, 60_000);

/** Loads the modules into a world that has what browsers have, and nothing of Node. */
const BARE_WORLD = `
  import { readFileSync } from 'node:fs';
  import { stripTypeScriptTypes } from 'node:module';
  import { createContext, SourceTextModule } from 'node:vm';
  import { dirname, join } from 'node:path';
  const [root, url, writerUrl, cutUrl] = process.argv.slice(1);
  const context = createContext(
    { WebSocket, fetch, AbortController, AbortSignal, Event, EventTarget, TextDecoder, TextEncoder, URL, URLSearchParams,
      performance, setTimeout, clearTimeout, setInterval, clearInterval, queueMicrotask },
    { codeGeneration: { strings: false, wasm: false } },
  );
  const modules = new Map();
  const load = (path) => {
    if (!modules.has(path)) {
      const source = stripTypeScriptTypes(readFileSync(path, 'utf8'));
      modules.set(path, new SourceTextModule(source, { context, identifier: path }));
    }
    return modules.get(path);
  };
  const link = (specifier, from) => {
    if (!specifier.startsWith('.')) throw new Error('a browser cannot load ' + specifier);
    return load(join(dirname(from.identifier), specifier));
  };
  const open = async (path) => {
    const module = load(join(root, path));
    if (module.status === 'unlinked') await module.link(link);
    await module.evaluate();
    return module.namespace;
  };
  const { LiveClient } = await open('src/api/live-client.ts');
  const { runScenario } = await open('test/api/browser-scenario.ts');
  const client = new LiveClient(url, { retryMsMin: 5, retryMsMax: 50 });
  const writer = new LiveClient(writerUrl);
  process.stdout.write(await runScenario({ client, writer, cut: () => fetch(cutUrl, { method: 'POST' }) }));`;

test('the entry for browsers needs nothing but what browsers have', async () => {
  const server = await startDatabaseServer();
  const proxy = await startCutProxy(server.port);
  const page = await startPage({ ...proxy, writerPort: server.port });
  const flags = ['--experimental-vm-modules', '--no-warnings', '--input-type=module'];
  const child = spawn(
    process.execPath,
    [
      ...flags,
      '-e',
      BARE_WORLD,
      ROOT,
      `http://127.0.0.1:${proxy.port}`,
      server.url,
      `${page.url}cut`,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  await new Promise((ended) => child.once('close', ended));
  expect(output).toBe(EXPECTED);
});

test('that entry is the one the package names, and all it imports are files of its own', () => {
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    exports: Record<string, Record<string, string>>;
  };
  expect(exports['./client']!['browser']).toBe('./dist/src/api/live-client.js');
});
