import { readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const VALUES = ['src/base', 'src/sql'];
const EXPRESSIONS = [...VALUES, 'src/functions', 'src/expressions'];
const SOURCES = [...EXPRESSIONS, 'src/formats', 'src/catalog', 'src/analyze', 'grammar'];
const PLANS = [...SOURCES, 'src/operators', 'src/plan'];
const RUNNING = [
  ...PLANS,
  'src/schema-registry',
  'src/log',
  'src/state',
  'src/engine.ts',
  'src/runtime',
];

/**
 * Who may import whom: for each part of the sources the parts it may use besides itself. A part is a folder, or a
 * file that stands for itself.
 */
const PARTS_BELOW: Readonly<Record<string, readonly string[]>> = {
  grammar: [],
  'src/api': [],
  'src/base': [],
  'src/log': ['src/base'],
  'src/state': ['src/base'],
  // What older versions wrote becomes what this one reads.
  'src/migrations': ['src/base', 'src/state', 'src/log'],
  'src/sql': ['src/base'],
  'src/schema-registry': ['src/base'],
  // The REST API of Kafka Connect, which knows nothing of statements.
  'src/connect': ['src/base'],
  'src/formats': [...VALUES, 'src/schema-registry/schema-registry.ts'],
  'src/catalog': [...VALUES, 'src/formats'],
  'src/functions': VALUES,
  // How a name is quoted is the grammar's to know.
  'src/expressions': [...VALUES, 'src/functions', 'grammar/names.ts'],
  'src/analyze': without(SOURCES, 'src/analyze'),
  'src/operators': [...EXPRESSIONS, 'src/formats', 'src/state'],
  'src/plan': without(PLANS, 'src/plan'),
  'src/runtime': without(RUNNING, 'src/runtime'),
  'src/statements': [...RUNNING, 'src/api', 'src/connect'],
  // Drives statements and queries by hand, for tests of users and our own.
  'src/testing': [...RUNNING, 'src/api', 'src/statements', 'src/database.ts'],
  // What a server needs of a database; types only.
  'src/engine.ts': ['src/base', 'src/sql', 'src/api', 'src/formats', 'src/schema-registry'],
  // The composition root and the door of the package may use everything below the network.
  'src/database.ts': ['src', 'grammar'],
  'src/index.ts': ['src', 'grammar'],
  server: [
    ...VALUES,
    'src/engine.ts',
    'src/api',
    'src/formats',
    'src/schema-registry',
    'src/statements/fields.ts',
    'grammar',
  ],
  // The package as its users see it.
  demo: ['src/index.ts'],
  cli: ['src/api', 'grammar', 'server/version.ts'],
  // Looks into the files of a log without a server.
  'cli/log-files.ts': ['src/base', 'src/log'],
  // The parts of it that are more than a client.
  'cli/run-tests.ts': ['cli', 'src/base', 'src/functions', 'src/testing'],
  'cli/security-files.ts': ['server/security', 'server/tls-files.ts'],
  'cli/commands/user.ts': ['cli', 'server/security'],
  'cli/commands/server.ts': ['cli', 'src/log/topic-settings.ts'],
  'cli/serve.ts': ['cli', 'src/api', 'src/database.ts', 'server/app.ts', 'server/limits.ts'],
};

function without(parts: readonly string[], part: string): string[] {
  return parts.filter((other) => other !== part);
}

/** What only some files may touch: the outside world comes through `Env`. */
const OUTSIDE_WORLD: readonly RegExp[] = [
  /\bDate\.now\(/,
  /\bnew Date\(\)/,
  /\bMath\.random\(/,
  /\b(?:randomBytes|randomInt|randomUUID|getRandomValues)\b/,
  /\bTemporal\.Now\b|\bprocess\.hrtime\b/,
  /\bperformance\.now\(/,
  /\bset(?:Timeout|Interval|Immediate)\(/,
  /from 'node:(?:fs|fs\/promises|child_process|timers|timers\/promises)'/,
];
const OUTSIDE_WORLD_FILES = [
  'src/base/env-node.ts',
  // The client runs in programs of others, browsers too.
  'src/api/live-connection.ts',
  'src/api/live-query.ts',
];

/** What reads like something unfinished, or names a machine instead of the project. */
const FORBIDDEN: readonly RegExp[] = [
  /\b(?:TOD[O]|FIXM[E]|XX[X]|HAC[K])\b/,
  /(?:^|[^.\w])\/(?:wor[k]|far[m]|tm[p])\//,
  /registry\.np[m]|\.\.\/share[d]/,
  /\b(?:assistan[t]|claud[e]|chatgp[t])\b/i,
  /\b(?:it|test|describe)\.(?:only|todo)\(/,
];

const ROOT = resolve(import.meta.dirname, '..');
const SOURCE_FOLDERS = ['grammar', 'src', 'server', 'cli', 'demo'];
const sources = SOURCE_FOLDERS.flatMap(typescriptFiles);
const tests = typescriptFiles('test');

function typescriptFiles(folder: string): string[] {
  return filesOf(folder, { ending: '.ts', recursive: true });
}

/** Paths of the files with that ending in the folder, relative to the root, with `/`. */
function filesOf(folder: string, { ending, recursive }: { ending: string; recursive: boolean }) {
  return readdirSync(join(ROOT, folder), { recursive, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
}

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** The modules a file names in imports and exports, static or not. */
function importsOf(path: string): string[] {
  const found = read(path).matchAll(/(?:\bfrom|^import|\bimport\() ?'([^']+)'/gm);
  return [...found].map(([, specifier = '']) => specifier);
}

function isRelative(specifier: string): boolean {
  return specifier.startsWith('.');
}

/** The longest part of the table that the file belongs to; null when the table has none. */
function partOf(path: string): string | null {
  const parts = Object.keys(PARTS_BELOW).filter((part) => isWithin(path, part));
  return parts.sort((a, b) => b.length - a.length)[0] ?? null;
}

function isWithin(path: string, part: string): boolean {
  return path === part || path.startsWith(`${part}/`);
}

function isWithinOne(path: string, parts: readonly string[]): boolean {
  return parts.some((part) => isWithin(path, part));
}

/** Folders of tests that mirror no folder of the sources. */
const TEST_FOLDERS = [
  'contracts',
  'sql',
  'sql-types',
  'simulation',
  'conformance',
  'bench',
  'crash',
  'faults',
  'fuzz',
  'reference',
  'end-to-end',
].map((folder) => `test/${folder}`);

describe('imports', () => {
  test('point down, as the table of parts says', () => {
    const wrong: string[] = [];
    for (const path of sources) {
      const part = partOf(path);
      if (part === null) {
        wrong.push(`${path}: its folder is not in the table`);
        continue;
      }
      const allowed = [part, ...(PARTS_BELOW[part] ?? [])];
      for (const specifier of importsOf(path).filter(isRelative)) {
        const target = join(dirname(path), specifier).replaceAll('\\', '/');
        if (!isWithinOne(target, allowed)) wrong.push(`${path} imports ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('form no circle between the parts of the table', () => {
    const visit = (part: string, above: readonly string[]): void => {
      expect(above, `${part} is above itself`).not.toContain(part);
      for (const below of PARTS_BELOW[part] ?? []) visit(below, [...above, part]);
    };
    for (const part of Object.keys(PARTS_BELOW)) visit(part, []);
  });

  test('name a file with its ending', () => {
    const wrong = [...sources, ...tests].flatMap((path) =>
      importsOf(path)
        .filter((specifier) => isRelative(specifier) && !/\.(?:ts|json)$/.test(specifier))
        .map((specifier) => `${path} imports ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });

  test('of an index.ts are imports of a list', () => {
    const wrong = sources
      .filter((path) => basename(path) === 'index.ts' && path !== 'src/index.ts')
      .filter((path) => /^export (?:type )?(?:\*|\{)/m.test(read(path)));
    expect(wrong).toEqual([]);
  });
});

describe('files', () => {
  test('have kebab-case names', () => {
    const wrong = [...sources, ...tests].filter(
      (path) => !/^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.test)?\.ts$/.test(basename(path)),
    );
    expect(wrong).toEqual([]);
  });

  test('of the tests stand in the folder of what they test', () => {
    const folders = new Set(sources.map((path) => dirname(path)));
    const wrong = tests
      .filter((path) => path.endsWith('.test.ts') && dirname(path) !== 'test')
      .filter((path) => !isWithinOne(path, TEST_FOLDERS))
      .filter((path) => {
        const folder = dirname(path).slice('test/'.length);
        return !folders.has(folder) && !folders.has(`src/${folder}`);
      });
    expect(wrong).toEqual([]);
  });

  test('state the contract of every function and class they export', () => {
    const wrong = sources.flatMap((path) => {
      const lines = read(path).split('\n');
      return lines.flatMap((line, i) => {
        const [, name] = DECLARATION.exec(line) ?? [];
        const before = lines[i - 1]?.trim() ?? '';
        const isOverload = before.startsWith('export function ');
        return name === undefined || before.endsWith('*/') || isOverload
          ? []
          : [`${path}:${i + 1} ${name}`];
      });
    });
    expect(wrong).toEqual([]);
  });

  test('leave time, randomness, files and processes to Env', () => {
    const wrong = sources
      .filter((path) => isWithin(path, 'src') || isWithin(path, 'grammar'))
      .filter((path) => !OUTSIDE_WORLD_FILES.includes(path))
      .flatMap((path) => hits(path, OUTSIDE_WORLD));
    expect(wrong).toEqual([]);
  });

  test('hold nothing unfinished and nothing that belongs to one machine', () => {
    const documents = [
      ...filesOf('.', { ending: '.md', recursive: false }),
      ...filesOf('docs', { ending: '.md', recursive: true }),
    ];
    const files = [...sources, ...tests, ...documents, 'package.json', '.ci/run'];
    expect(files.flatMap((path) => hits(path, FORBIDDEN))).toEqual([]);
  });
});

/** Functions and classes; definition objects describe themselves, and the members of a type carry its comments. */
const DECLARATION = /^export (?:abstract |async )?(?:class|function\*?) ([A-Za-z0-9_]+)/;

/** `path:line text` of every line that one of the patterns matches. */
function hits(path: string, patterns: readonly RegExp[]): string[] {
  return read(path)
    .split('\n')
    .flatMap((line, i) =>
      patterns.some((pattern) => pattern.test(line)) ? [`${path}:${i + 1} ${line.trim()}`] : [],
    );
}
