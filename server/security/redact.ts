/** What the names of settings with secrets have in them. */
const SECRET_NAME =
  'password|passwd|secret|token|credential|jaas|api[._-]?key|private[._-]?key|user[._-]?info';
const TEXT = `'(?:[^']|'')*'`;

/** `'a.password' = '...'`, with the name in quotes of any kind or none. */
const SECRET_SETTING = new RegExp(
  `((?:['"\`][^'"\`]*(?:${SECRET_NAME})[^'"\`]*['"\`]|[\\w.]*(?:${SECRET_NAME})[\\w.]*)\\s*=\\s*)${TEXT}`,
  'gi',
);
/** The user and password in a URL. */
const URL_LOGIN = /\b([a-z][a-z\d+.-]*:\/\/)[^\s/@'"]+@/gi;
/** What a token or a login looks like in a header. */
const HEADER_LOGIN = /\b(basic|bearer) +[\w+/=.~-]{6,}/gi;
/** Tokens in addresses. */
const QUERY_TOKEN = /([?&](?:access_)?token=)[^&\s'"]+/gi;

const REPLACEMENT = '[redacted]';

/** The text without the secrets that stand in it as settings, URLs or headers; for logs and listings. */
export function redact(text: string): string {
  return text
    .replace(SECRET_SETTING, `$1'${REPLACEMENT}'`)
    .replace(URL_LOGIN, `$1${REPLACEMENT}@`)
    .replace(HEADER_LOGIN, `$1 ${REPLACEMENT}`)
    .replace(QUERY_TOKEN, `$1${REPLACEMENT}`);
}
