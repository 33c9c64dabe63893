import { describe, expect, test } from 'vitest';
import { Settings, type Flag } from '../../cli/settings.ts';

const FLAGS: readonly Flag[] = [
  { name: 'port', short: 'p', value: 'N', variable: 'MILLRACE_PORT', summary: 'a port' },
  { name: 'output', value: 'FORMAT', summary: 'a word' },
  { name: 'prompt', summary: 'a switch' },
];
const BOUNDS = { min: 0, max: 65_535 };

function settings(argv: readonly string[], environment = {}): Settings {
  return new Settings(FLAGS, argv, environment);
}

describe('values', () => {
  test('follow their flag or are attached to it', () => {
    expect(settings(['--port', '1']).number('port', BOUNDS)).toBe(1);
    expect(settings(['--port=2']).number('port', BOUNDS)).toBe(2);
    expect(settings(['-p', '3']).number('port', BOUNDS)).toBe(3);
    expect(settings(['--output=']).text('output')).toBe('');
  });

  test('come from the environment unless the command line gives them', () => {
    const environment = { MILLRACE_PORT: '7' };
    expect(settings([], environment).number('port', BOUNDS)).toBe(7);
    expect(settings(['--port', '8'], environment).number('port', BOUNDS)).toBe(8);
    expect(settings([], { MILLRACE_PORT: '' }).number('port', BOUNDS)).toBe(null);
  });

  test('that are words are read whatever their case', () => {
    expect(settings(['--output', 'JSON']).choice('output', ['tabular', 'json'])).toBe('json');
  });

  test('of other kinds are read by whoever knows them', () => {
    const even = {
      expected: 'an even number',
      parse: (text: string) => (Number(text) % 2 === 0 ? Number(text) : undefined),
    };
    expect(settings(['--output', '4']).parsed('output', even)).toBe(4);
    expect(settings([]).parsed('output', even)).toBe(null);
    const odd = settings(['--output', '5']);
    expect(odd.parsed('output', even)).toBe(null);
    expect(odd.problems).toEqual(['--output must be an even number; found "5".']);
  });

  test('of which there is none are null', () => {
    const none = settings([]);
    expect(none.text('output')).toBe(null);
    expect(none.number('port', BOUNDS)).toBe(null);
    expect(none.has('prompt')).toBe(false);
    expect(none.problems).toEqual([]);
  });
});

test('what is no flag is a positional, and all is after --', () => {
  const read = settings(['a', '--prompt', '-', '--', '--port', 'b']);
  expect(read.positionals).toEqual(['a', '-', '--port', 'b']);
  expect(read.has('prompt')).toBe(true);
});

test('all mistakes are found, each under the name the user wrote', () => {
  const read = settings(['--nope', '--prompt=yes', '-p', '99999', '--output']);
  read.number('port', BOUNDS);
  expect(read.problems).toEqual([
    'There is no option --nope; --help lists those there are.',
    '--prompt takes no value.',
    '--output needs a value: --output FORMAT.',
    '-p must be a whole number from 0 to 65535; found "99999".',
  ]);
});

test.each(['', '-1', '1.5', '1e3', '0x10', 'abc', ' 1'])('"%s" is no port', (text) => {
  const read = settings([`--port=${text}`]);
  expect(read.number('port', BOUNDS)).toBe(null);
  expect(read.problems).toEqual([
    `--port must be a whole number from 0 to 65535; found "${text}".`,
  ]);
});

test('a wrong variable is named, with the words there are', () => {
  const flags = [
    { name: 'log-level', value: 'LEVEL', variable: 'MILLRACE_LOG_LEVEL', summary: '' },
  ];
  const read = new Settings(flags, [], { MILLRACE_LOG_LEVEL: 'loud' });
  expect(read.choice('log-level', ['info', 'warn'])).toBe(null);
  expect(read.problems).toEqual(['MILLRACE_LOG_LEVEL must be one of info, warn; found "loud".']);
});
