/** What the names of settings with secrets have in them. */
const SECRET_NAME =
  'password|passwd|secret|token|credential|jaas|api[._-]?key|private[._-]?key|user[._-]?info';
const SECRET_NAMED = new RegExp(SECRET_NAME, 'i');

// Texts come from clients and may be of any length: every pattern takes time in proportion to it.

/** `'name' = '...'`, with the name in quotes of any kind or none. */
const SETTING =
  /((?<quote>['"`])(?<quoted>[^'"`]*)\k<quote>|(?<![\w.])(?<bare>[\w.]+))(?<equals>\s*=\s*)'(?:[^']|'')*'/g;
/** The user and password in a URL. */
const URL_LOGIN = /\b([a-z][a-z\d+.-]{0,30}:\/\/)[^\s/@'"]+@/gi;
/** What a token or a login looks like in a header. */
const HEADER_LOGIN = /\b(basic|bearer) +[\w+/=.~-]{6,}/gi;
/** Tokens and passwords in addresses, those of JDBC too. */
const QUERY_SECRET = new RegExp(
  `([?&;][\\w.-]{0,60}(?:${SECRET_NAME})[\\w.-]{0,60}=)[^&;\\s'"]+`,
  'gi',
);

const REPLACEMENT = '[redacted]';

/** The text without the secrets that stand in it as settings, URLs or headers; for logs and listings. */
export function redact(text: string): string {
  return text
    .replace(SETTING, redactedSetting)
    .replace(URL_LOGIN, `$1${REPLACEMENT}@`)
    .replace(HEADER_LOGIN, `$1 ${REPLACEMENT}`)
    .replace(QUERY_SECRET, `$1${REPLACEMENT}`);
}

function redactedSetting(setting: string, name: string, ...rest: readonly unknown[]): string {
  const { equals } = rest.at(-1) as { readonly equals: string };
  return isSecretName(name) ? `${name}${equals}'${REPLACEMENT}'` : setting;
}

/** Whether the name of a setting says that its value is a secret. */
export function isSecretName(name: string): boolean {
  return SECRET_NAMED.test(name);
}

/** What may be shown of the value of a setting. */
export function redactSetting(name: string, value: string): string {
  return isSecretName(name) ? REPLACEMENT : redact(value);
}
