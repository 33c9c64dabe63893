import { DatabaseError } from '../base/errors.ts';
import type { ConnectSettings } from '../connect/connect-settings.ts';
import type { RemoteRegistrySettings } from '../schema-registry/registry-http.ts';
import { canonicalName, withOverride, type Overrides } from './session-properties.ts';

/** One property that is fixed while the server runs. */
export interface ServerPropertyDefinition {
  readonly name: string;
  readonly description: string;
  /** What is allowed, for messages. */
  readonly expected: string;
  readonly defaultValue: string;
  accepts(text: string): boolean;
  /** What SHOW PROPERTIES may tell of a value; absent: all of it. */
  readonly shown?: (text: string) => string;
}

/** Where another schema registry is, and who asks it. */
export const REGISTRY_URL = 'ksql.schema.registry.url';
export const REGISTRY_USER_INFO = 'ksql.schema.registry.basic.auth.user.info';

const HIDDEN = '[hidden]';

const definitions = {
  denylist: {
    name: 'ksql.properties.overrides.denylist',
    description: 'Properties, separated by commas, that no request may set.',
    expected: 'names separated by commas',
    defaultValue: '',
    accepts: () => true,
  },
  connectUrl: {
    name: 'ksql.connect.url',
    description:
      'The Kafka Connect that the statements about connectors are forwarded to; empty: they are refused.',
    expected: 'a URL such as http://localhost:8083',
    defaultValue: '',
    accepts: (text) => text === '' || isHttpUrl(text),
    shown: (text) => (text === '' ? '' : withoutCredentials(text)),
  },
  connectTimeoutMs: {
    name: 'ksql.connect.request.timeout.ms',
    description: 'How long one answer of Kafka Connect may take, in milliseconds.',
    expected: 'a whole number of milliseconds, from 1 to 300000',
    defaultValue: '5000',
    accepts: (text) => /^\d{1,6}$/.test(text) && Number(text) >= 1 && Number(text) <= 300_000,
  },
  connectCredentialsSource: {
    name: 'ksql.connect.basic.auth.credentials.source',
    description:
      'Where the user and the password for Kafka Connect come from: FILE, or NONE for those in its URL, if any.',
    expected: 'NONE or FILE',
    defaultValue: 'NONE',
    accepts: (text) => /^(?:none|file)$/i.test(text),
  },
  connectCredentialsFile: {
    name: 'ksql.connect.basic.auth.credentials.file',
    description: 'A file with the lines username=... and password=..., for the source FILE.',
    expected: 'the path of a file',
    defaultValue: '',
    accepts: () => true,
  },
  connectCredentialsReload: {
    name: 'ksql.connect.basic.auth.credentials.reload',
    description: 'Whether that file is read again for each statement; else it is read once.',
    expected: 'true or false',
    defaultValue: 'false',
    accepts: (text) => /^(?:true|false)$/i.test(text),
  },
  registryUserInfo: {
    name: REGISTRY_USER_INFO,
    description: 'Credentials for the other schema registry, user:password; never shown.',
    expected: 'user:password',
    defaultValue: '',
    accepts: (text) => text === '' || text.includes(':'),
    shown: (text) => (text === '' ? '' : HIDDEN),
  },
  registryUrl: {
    name: REGISTRY_URL,
    description:
      'Another schema registry to keep schemas in, several addresses of it with commas; empty: the one of this server.',
    expected: 'a URL such as http://localhost:8081',
    defaultValue: '',
    accepts: (text) => listOf(text).every(isHttpUrl),
    shown: (text) => listOf(text).map(withoutCredentials).join(','),
  },
  futureMs: {
    name: 'millrace.max.future.ms',
    description:
      "A record whose time is more milliseconds than that beyond the server's clock is left out and noted in the processing log, so that it cannot close the windows of all others; -1 for no such limit.",
    expected: 'a whole number of milliseconds, or -1 for no limit',
    defaultValue: '3600000',
    accepts: (text) => /^(?:-1|\d{1,15})$/.test(text),
  },
} as const satisfies Record<string, ServerPropertyDefinition>;

/** All properties that are fixed while the server runs. */
export const serverProperties: readonly ServerPropertyDefinition[] = Object.values(definitions);

/** What the configuration of a server says. */
export interface ServerProperties {
  /** Null: schemas are kept here. */
  readonly registry: RemoteRegistrySettings | null;
  /** Null: there is no Kafka Connect. */
  readonly connect: ConnectSettings | null;
  readonly deniedProperties: readonly string[];
  /** How far beyond the clock the time of a record may be, ms; Infinity for any time. */
  readonly maxFutureMs: number;
  /** Properties of sessions, for those that do not set them. */
  readonly defaults: Overrides;
  /** By name, as given. */
  readonly texts: ReadonlyMap<string, string>;
}

/**
 * Reads the configuration of a server: its own properties, and what sessions begin with.
 *
 * @throws DatabaseError UNKNOWN_PROPERTY naming a property that does not exist, or that does not take its value; the
 *   value of a property that may hold a secret is not named.
 */
export function parseServerProperties(
  properties: Readonly<Record<string, string | number | boolean>>,
): ServerProperties {
  const texts = new Map<string, string>();
  const defaults = new Map<string, string>();
  for (const [name, value] of Object.entries(properties)) {
    const text = String(value).trim();
    const canonical = canonicalName(name);
    const definition = serverProperties.find((known) => known.name === canonical);
    if (definition === undefined) withOverride(defaults, name, text);
    else if (definition.accepts(text)) texts.set(definition.name, text);
    else throw misfit(definition, text);
  }
  const valueOf = ({ name, defaultValue }: ServerPropertyDefinition): string =>
    texts.get(name) ?? defaultValue;
  const urls = listOf(valueOf(definitions.registryUrl));
  const userInfo = valueOf(definitions.registryUserInfo);
  const futureMs = Number(valueOf(definitions.futureMs));
  return {
    registry: urls.length === 0 ? null : { urls, ...(userInfo === '' ? {} : { userInfo }) },
    connect: connectSettings(valueOf),
    deniedProperties: listOf(valueOf(definitions.denylist)),
    maxFutureMs: futureMs < 0 ? Infinity : futureMs,
    defaults,
    texts,
  };
}

function connectSettings(
  valueOf: (definition: ServerPropertyDefinition) => string,
): ConnectSettings | null {
  const url = valueOf(definitions.connectUrl);
  if (url === '') return null;
  const usesFile = valueOf(definitions.connectCredentialsSource).toUpperCase() === 'FILE';
  const path = valueOf(definitions.connectCredentialsFile);
  if (usesFile && path === '') {
    const { connectCredentialsFile: file, connectCredentialsSource: source } = definitions;
    throw new DatabaseError(
      'UNKNOWN_PROPERTY',
      `Property ${file.name} is needed when ${source.name} is FILE.`,
    );
  }
  return {
    url,
    timeoutMs: Number(valueOf(definitions.connectTimeoutMs)),
    credentialsPath: usesFile ? path : null,
    reloadsCredentials: valueOf(definitions.connectCredentialsReload).toLowerCase() === 'true',
  };
}

/** @throws DatabaseError BAD_REQUEST for a property that is fixed while the server runs. */
export function checkChangeable(name: string): void {
  const canonical = canonicalName(name);
  if (!serverProperties.some((known) => known.name === canonical)) return;
  throw new DatabaseError(
    'BAD_REQUEST',
    `Property ${name} is fixed while the server runs: set it in the server's configuration and start it again.`,
  );
}

/** A property of the server with what may be told of its value. */
export interface ServerPropertyValue {
  readonly name: string;
  readonly value: string;
  /** Whether the configuration has it. */
  readonly isSet: boolean;
}

/** What SHOW PROPERTIES shows of them, without credentials; sorted by name. */
export function listServerProperties({
  texts,
}: Pick<ServerProperties, 'texts'>): ServerPropertyValue[] {
  return serverProperties
    .map(({ name, defaultValue, shown = (text: string) => text }) => {
      const text = texts.get(name);
      return { name, value: shown(text ?? defaultValue), isSet: text !== undefined };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function misfit({ name, expected, shown }: ServerPropertyDefinition, text: string): DatabaseError {
  const found = shown === undefined ? ` '${text}'` : ' what it is set to';
  return new DatabaseError(
    'UNKNOWN_PROPERTY',
    `Property ${name} does not take${found}; expected ${expected}.`,
  );
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function isHttpUrl(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text);
}

function withoutCredentials(text: string): string {
  const url = new URL(text);
  return `${url.protocol}//${url.host}${url.pathname === '/' ? '' : url.pathname}`;
}
