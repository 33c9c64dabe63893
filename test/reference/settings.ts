import { properties } from '../../src/analyze/properties.ts';
import { serverProperties } from '../../src/statements/server-properties.ts';
import { listProperties } from '../../src/statements/session-properties.ts';

/** Where the reference of settings stands, from the root of the project. */
export const SETTINGS_PATH = 'docs/reference/settings.md';

const INTRODUCTION = `# Settings

Made from the definitions by \`npm run docs\`; do not edit it here.

## Session and system

\`SET 'name' = 'value'\` sets them for a session, \`streamsProperties\` of a request for that request, \`ALTER SYSTEM\` for all
sessions that do not. \`SHOW PROPERTIES\` lists them with their values. The prefix \`ksql.streams.\` may be put before a name.
`;

const SERVER = `## Of the server

Fixed while the server runs; \`SHOW PROPERTIES\` lists them, without credentials, and \`SET\`, \`ALTER SYSTEM\` and requests are
refused. They come from the file of \`--properties FILE\` (\`MILLRACE_PROPERTIES\`), one \`name=value\` a line with \`#\` before
comments, as in \`ksql-server.properties\`; then from variables, \`KSQL_KSQL_SCHEMA_REGISTRY_URL\` for \`ksql.schema.registry.url\`;
then from \`--property NAME=VALUE\`, which may be given several times; the later ones win. \`openDatabase\` takes them as
\`properties\`. All of them may also name settings of the section above: sessions then begin with that value, unless
\`ALTER SYSTEM\` has set another.

\`--schema-registry-url\`, \`--schema-registry-user\` and \`--properties-denylist\` are short forms; a short form of the registry
wins, names of both denylists count.
`;

const WITH = `## Properties of WITH

What \`WITH (name = value, ...)\` may say. Names are case-insensitive.
`;

/** The reference of properties and of the WITH clause as Markdown. */
export function settingsReference(): string {
  const settings = listProperties(new Map()).map(({ name, description, value, expected }) => [
    `\`${name}\``,
    description,
    expected,
    value === '' ? 'none' : `\`${value}\``,
  ]);
  const ofServer = serverProperties.map(({ name, description, expected, defaultValue }) => [
    `\`${name}\``,
    description,
    expected,
    defaultValue === '' ? 'none' : `\`${defaultValue}\``,
  ]);
  const clauses = properties.map(({ name, description, statements }) => [
    `\`${name}\``,
    description,
    statements.join(', '),
  ]);
  return [
    INTRODUCTION,
    table(['setting', 'meaning', 'values', 'default'], settings),
    SERVER,
    table(['property', 'meaning', 'values', 'default'], ofServer),
    WITH,
    table(['property', 'meaning', 'statements'], clauses),
  ].join('\n');
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return `${[line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n')}\n`;
}

function line(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
