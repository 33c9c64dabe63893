import { properties } from '../../src/analyze/properties.ts';
import { listProperties } from '../../src/statements/session-properties.ts';

/** Where the reference of settings stands, from the root of the project. */
export const SETTINGS_PATH = 'docs/reference/settings.md';

const INTRODUCTION = `# Settings

Made from the definitions by \`npm run docs\`; do not edit it here.

## Session and system

\`SET 'name' = 'value'\` sets them for a session, \`streamsProperties\` of a request for that request, \`ALTER SYSTEM\` for all
sessions that do not. \`SHOW PROPERTIES\` lists them with their values. The prefix \`ksql.streams.\` may be put before a name.
`;

const WITH = `## Properties of WITH

What \`WITH (name = value, ...)\` may say. Names are case-insensitive.
`;

/** The reference of session properties and of the WITH clause as Markdown. */
export function settingsReference(): string {
  const settings = listProperties(new Map()).map(({ name, description, value, expected }) => [
    `\`${name}\``,
    description,
    expected,
    value === '' ? 'none' : `\`${value}\``,
  ]);
  const clauses = properties.map(({ name, description, statements }) => [
    `\`${name}\``,
    description,
    statements.join(', '),
  ]);
  return [
    INTRODUCTION,
    table(['setting', 'meaning', 'values', 'default'], settings),
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
