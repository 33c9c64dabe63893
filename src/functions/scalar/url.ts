import { EvaluationError } from '../../sql/evaluation-error.ts';
import { shownText } from '../../sql/shown-text.ts';
import { INTEGER, STRING, type SqlType, type Value } from '../../sql/types.ts';
import {
  overload,
  parameter,
  type FunctionExample,
  type ScalarBody,
  type ScalarFunction,
} from '../function.ts';
import { parseUri, type Uri } from './uri.ts';

/** A function of one text. */
function urlFunction(
  name: string,
  description: string,
  examples: readonly FunctionExample[],
  body: ScalarBody,
  type: SqlType = STRING,
): ScalarFunction {
  return {
    name,
    displayName: name.toLowerCase(),
    category: 'URL',
    description,
    examples,
    overloads: [overload([parameter('text', STRING)], type, body)],
  };
}

function part(take: (uri: Uri) => Value): (text: string) => Value {
  return (text) => take(parseUri(text));
}

export const urlExtractProtocol = urlFunction(
  'URL_EXTRACT_PROTOCOL',
  'The protocol of a URL; null when it has none.',
  [{ sql: "URL_EXTRACT_PROTOCOL('https://example.org/a')", result: "'https'" }],
  part((uri) => uri.scheme),
);

export const urlExtractHost = urlFunction(
  'URL_EXTRACT_HOST',
  'The host name of a URL, without user and port; null when it has none.',
  [{ sql: "URL_EXTRACT_HOST('https://ann@example.org:80/a')", result: "'example.org'" }],
  part((uri) => uri.host),
);

export const urlExtractPort = urlFunction(
  'URL_EXTRACT_PORT',
  'The port of a URL; null when it names none.',
  [
    { sql: "URL_EXTRACT_PORT('https://example.org:8443/a')", result: '8443' },
    { sql: "URL_EXTRACT_PORT('https://example.org/a')", result: 'null' },
  ],
  part((uri) => uri.port),
  INTEGER,
);

export const urlExtractPath = urlFunction(
  'URL_EXTRACT_PATH',
  'The path of a URL with its escapes resolved; empty when it has none.',
  [
    { sql: "URL_EXTRACT_PATH('https://example.org/a%20b?c')", result: "'/a b'" },
    { sql: "URL_EXTRACT_PATH('https://example.org')", result: "''" },
  ],
  part((uri) => uri.path),
);

export const urlExtractQuery = urlFunction(
  'URL_EXTRACT_QUERY',
  'What follows the ? in a URL, with its escapes resolved; null when it has none.',
  [{ sql: "URL_EXTRACT_QUERY('https://example.org/a?b=1&c=2#d')", result: "'b=1&c=2'" }],
  part((uri) => uri.query),
);

export const urlExtractFragment = urlFunction(
  'URL_EXTRACT_FRAGMENT',
  'What follows the # in a URL, with its escapes resolved; null when it has none.',
  [{ sql: "URL_EXTRACT_FRAGMENT('https://example.org/a#b')", result: "'b'" }],
  part((uri) => uri.fragment),
);

export const urlExtractParameter: ScalarFunction = {
  name: 'URL_EXTRACT_PARAMETER',
  displayName: 'url_extract_parameter',
  category: 'URL',
  description:
    'The value of a parameter in the query of a URL with its escapes resolved: the first of that name, ' +
    'empty when it has no value, null when there is none.',
  examples: [
    { sql: "URL_EXTRACT_PARAMETER('https://example.org/?a=1&b=2', 'b')", result: "'2'" },
    { sql: "URL_EXTRACT_PARAMETER('https://example.org/?a=1', 'b')", result: 'null' },
  ],
  overloads: [overload([parameter('url', STRING), parameter('name', STRING)], STRING, parameterOf)],
};

function parameterOf(url: string, name: string): string | null {
  const { query } = parseUri(url);
  if (query === null) return null;
  for (const entry of query.split('&')) {
    const equals = entry.indexOf('=');
    const entryName = equals < 0 ? entry : entry.slice(0, equals);
    if (entryName === name) return equals < 0 ? '' : entry.slice(equals + 1);
  }
  return null;
}

export const urlEncodeParam = urlFunction(
  'URL_ENCODE_PARAM',
  'The text as the value of a URL parameter: a blank becomes +, all but letters, digits and -_.* is escaped.',
  [{ sql: "URL_ENCODE_PARAM('a b&c')", result: "'a+b%26c'" }],
  (text: string) =>
    encodeURIComponent(text.toWellFormed())
      .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
      .replaceAll('%20', '+'),
);

export const urlDecodeParam = urlFunction(
  'URL_DECODE_PARAM',
  'The text that the value of a URL parameter stands for; a % without two digits is an error.',
  [{ sql: "URL_DECODE_PARAM('a+b%26c')", result: "'a b&c'" }],
  (text: string) => {
    if (/%(?![0-9a-f]{2})/i.test(text)) {
      throw new EvaluationError(
        `${shownText(text)} cannot be decoded: each % needs two hexadecimal digits after it`,
      );
    }
    return text
      .replaceAll('+', ' ')
      .replace(/(?:%[0-9a-f]{2})+/gi, (run) =>
        Buffer.from(run.replaceAll('%', ''), 'hex').toString(),
      );
  },
);
