import { EvaluationError } from '../../sql/evaluation-error.ts';
import { shownText } from '../../sql/shown-text.ts';

/** The parts of a URI as RFC 2396 has them; null where there is none. All but scheme and host are decoded. */
export interface Uri {
  readonly scheme: string | null;
  readonly host: string | null;
  readonly port: number | null;
  /** Empty for none; null for a URI that has no hierarchy, such as `mailto:ann@example.org`. */
  readonly path: string | null;
  readonly query: string | null;
  readonly fragment: string | null;
}

const SCHEME = /^[a-z][a-z0-9+.-]*$/i;
const PARTS = /^(?:([^:/?#]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s;
/** What must be escaped, and an escape that is none. */
const ILLEGAL = /[\p{Cc}\p{Cs}\s"<>\\^`{|}#]|%(?![0-9a-f]{2})/iu;
const SERVER =
  /^(?:[^@[\]]*@)?(\[[0-9a-f:.]+\]|(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.?)(?::(\d*))?$/i;
const PORT_MAX = 2 ** 31 - 1;
/** No host name is nearly as long; matching a longer one could exhaust the stack. */
const SERVER_LENGTH_MAX = 10_000;

/**
 * Takes a URI apart.
 * @throws EvaluationError when it has a character that must be escaped, a wrong escape, scheme or authority.
 */
export function parseUri(text: string): Uri {
  const match = PARTS.exec(text);
  if (match === null) throw invalid(text, 'its parts cannot be told apart');
  const [, scheme = null, authority = null, path = '', query = null, fragment = null] = match;
  for (const part of [authority, path, query, fragment]) {
    if (part !== null && ILLEGAL.test(part)) {
      throw invalid(text, 'it has a character that must be escaped, or a % without two digits');
    }
  }
  if (scheme !== null && !SCHEME.test(scheme)) throw invalid(text, 'its scheme is no name');
  if (authority === '' && path === '') throw invalid(text, 'there is no host after //');
  const rest = { scheme, fragment: decodePart(fragment) };
  if (scheme !== null && authority === null && !path.startsWith('/')) {
    if (path === '') throw invalid(text, 'nothing follows its scheme');
    return { ...rest, host: null, port: null, path: null, query: null };
  }
  return { ...rest, ...parseServer(authority), path: decodePart(path), query: decodePart(query) };
}

const NO_SERVER = { host: null, port: null };

/** An authority that is not a host with a port is legal, but has neither. */
function parseServer(authority: string | null): { host: string | null; port: number | null } {
  if (authority === null || authority.length > SERVER_LENGTH_MAX) return NO_SERVER;
  const match = SERVER.exec(authority);
  if (match === null) return NO_SERVER;
  const [, host = null, digits = ''] = match;
  const port = Number(digits);
  return { host, port: digits === '' || port > PORT_MAX ? null : port };
}

const ESCAPES = /(?:%[0-9a-f]{2})+/gi;

function decodePart(part: string | null): string | null {
  return part === null
    ? null
    : part.replace(ESCAPES, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString());
}

function invalid(text: string, reason: string): EvaluationError {
  return new EvaluationError(`${shownText(text)} is not a URI: ${reason}`);
}
