/**
 * The words of the dialect and the text form of names. Needs no parser, so the shell can use it for completion
 * and highlighting.
 */

/** Words with a meaning of their own that may still be used as a name without quotes. */
// prettier-ignore
export const UNRESERVED_WORDS = [
  'ADD', 'ALTER', 'ANALYZE', 'ARRAY', 'ASSERT', 'CHANGES', 'COLUMN', 'COLUMNS', 'DATE', 'DAY',
  'DEFINE', 'EMIT', 'ESCAPE', 'EXPLAIN', 'FINAL', 'FUNCTION', 'FUNCTIONS', 'GRACE', 'HEADER',
  'HEADERS', 'HOUR', 'ID', 'IF', 'INTEGER', 'INTERVAL', 'KEY', 'MAP', 'MINUTE', 'MONTH',
  'PARTITION', 'PARTITIONS', 'PERIOD', 'PLUGINS', 'PRIMARY', 'REPLACE', 'RESET', 'SCHEMA',
  'SECOND', 'SESSION', 'SET', 'SHOW', 'SINK', 'SOURCE', 'STRING', 'STRUCT', 'SUBJECT', 'SYSTEM',
  'TABLES', 'TIME', 'TIMEOUT', 'TIMESTAMP', 'TYPE', 'TYPES', 'UNDEFINE', 'VARIABLES', 'YEAR',
  'ZONE',
] as const;

/** Words that have to be quoted to be a name. */
// prettier-ignore
export const RESERVED_WORDS = [
  'ADVANCE', 'ALL', 'AND', 'AS', 'AT', 'BEGINNING', 'BETWEEN', 'BY', 'CASE', 'CAST', 'CATALOG',
  'CONNECTOR', 'CONNECTORS', 'CREATE', 'DAYS', 'DECIMAL', 'DELETE', 'DESCRIBE', 'DISTINCT', 'DROP',
  'ELSE', 'END', 'EXISTS', 'EXPORT', 'EXTENDED', 'FALSE', 'FROM', 'FULL', 'GROUP', 'HAVING',
  'HOPPING', 'HOURS', 'IN', 'INNER', 'INSERT', 'INTO', 'IS', 'JOIN', 'LEFT', 'LIKE', 'LIMIT',
  'LIST', 'LOAD', 'MATERIALIZED', 'MILLISECOND', 'MILLISECONDS', 'MINUTES', 'MONTHS', 'NAMESPACE',
  'NOT', 'NULL', 'ON', 'OR', 'OUTER', 'PAUSE', 'PRINT', 'PROPERTIES', 'QUERIES', 'QUERY', 'RENAME',
  'RESUME', 'RETENTION', 'RIGHT', 'RUN', 'SAMPLE', 'SCRIPT', 'SECONDS', 'SELECT', 'SIZE', 'STREAM',
  'STREAMS', 'TABLE', 'TERMINATE', 'THEN', 'TO', 'TOPIC', 'TOPICS', 'TRUE', 'TUMBLING', 'UNSET',
  'VALUES', 'VIEW', 'WHEN', 'WHERE', 'WINDOW', 'WITH', 'WITHIN', 'YEARS',
] as const;

/** Every word of the dialect; type names such as BIGINT are ordinary names and not among them. */
export type Keyword = (typeof UNRESERVED_WORDS)[number] | (typeof RESERVED_WORDS)[number];

const reserved: ReadonlySet<string> = new Set(RESERVED_WORDS);
const REGULAR_NAME = /^[A-Z_][A-Z0-9_@]*$/;

/** Whether the word, in any case, has to be quoted to be a name. */
export function isReserved(word: string): boolean {
  return reserved.has(word.toUpperCase());
}

/** The name as SQL: bare when an unquoted identifier means exactly this name, back-quoted otherwise. */
export function formatIdentifier(name: string): string {
  return REGULAR_NAME.test(name) && !reserved.has(name) ? name : quoteIdentifier(name);
}

/** The name in back-quotes, whether it needs them or not. */
export function quoteIdentifier(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** The text as a string literal. */
export function formatString(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
