import { expect, test } from 'vitest';
import { runCommand } from '../../cli/main.ts';
import { packageVersion } from '../../server/version.ts';
import { captureSurroundings } from './captured-surroundings.ts';

test.each([['--version'], ['-v'], ['version']])('%s shows the version', async (word) => {
  const surroundings = captureSurroundings();
  expect(await runCommand([word], surroundings)).toBe(0);
  expect(surroundings.outputText()).toBe(`millrace ${packageVersion()}\n`);
});

test.each([['--help'], ['-h'], ['help']])('%s lists all commands', async (word) => {
  const surroundings = captureSurroundings();
  expect(await runCommand([word], surroundings)).toBe(0);
  for (const usage of ['millrace [URL]', 'millrace server', 'millrace version', 'millrace help']) {
    expect(surroundings.outputText()).toContain(`  ${usage} `);
  }
});

test('help shows the options of a command with their variables, and so does --help', async () => {
  const [byHelp, byFlag] = [captureSurroundings(), captureSurroundings()];
  expect(await runCommand(['help', 'server'], byHelp)).toBe(0);
  expect(await runCommand(['server', '--help'], byFlag)).toBe(0);
  expect(byHelp.outputText()).toContain('  --port N');
  expect(byHelp.outputText()).toContain('[MILLRACE_PORT]');
  expect(byFlag.outputText()).toBe(byHelp.outputText());
});

test('a command that is not there is named with those that are', async () => {
  const surroundings = captureSurroundings();
  expect(await runCommand(['help', 'serve'], surroundings)).toBe(78);
  expect(surroundings.errorText()).toBe(
    'There is no command "serve"; there are shell, server, test, topic, group, log, backup, restore, user, version.\n',
  );
});

test('a word that is neither a command nor a URL is refused', async () => {
  const surroundings = captureSurroundings();
  expect(await runCommand(['serve'], surroundings)).toBe(78);
  expect(surroundings.errorText()).toBe(
    'millrace [URL] cannot start:\n' +
      '  The server\'s address must be a URL such as http://localhost:8088; found "serve". ' +
      '`millrace help` lists the commands.\n',
  );
});

test('options of a command without options are refused', async () => {
  const surroundings = captureSurroundings();
  expect(await runCommand(['version', '--long'], surroundings)).toBe(78);
  expect(surroundings.errorText()).toBe(
    'millrace version cannot start:\n  There is no option --long; --help lists those there are.\n',
  );
});
