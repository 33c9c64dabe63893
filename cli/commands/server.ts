import { isIPv4 } from 'node:net';
import { resolve } from 'node:path';
import { reportProblems, type Command, type Surroundings } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import type { ServerOptions } from '../serve.ts';
import { readProperties } from '../server-properties.ts';
import { readSecurityFiles, type SecurityFiles } from '../security-files.ts';
import { DURABILITY_EXPECTED, parseDurability } from '../../src/log/topic-settings.ts';
import type { Settings } from '../settings.ts';

const DIRECTORY_DEFAULT = 'millrace-data';
const PORT_DEFAULT = 8088;
const PORT_MAX = 65_535;
const HOST_DEFAULT = '127.0.0.1';
const COMPATIBILITY_LEVELS = [
  'none',
  'backward',
  'backward_transitive',
  'forward',
  'forward_transitive',
  'full',
  'full_transitive',
] as const;
const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** `millrace server`: opens a data directory and serves it until SIGINT or SIGTERM. */
export const server: Command = {
  name: 'server',
  usage: 'millrace server',
  summary: 'opens the database in a directory and serves it over HTTP',
  flags: [
    {
      name: 'data',
      value: 'DIR',
      variable: 'MILLRACE_DATA',
      summary: `where everything is kept (default ./${DIRECTORY_DEFAULT})`,
    },
    {
      name: 'port',
      value: 'N',
      variable: 'MILLRACE_PORT',
      summary: `the port to listen on (default ${PORT_DEFAULT}; 0 picks a free one)`,
    },
    {
      name: 'host',
      value: 'HOST',
      variable: 'MILLRACE_HOST',
      summary: `the address to listen on (default ${HOST_DEFAULT})`,
    },
    {
      name: 'allowed-hosts',
      value: 'NAMES',
      variable: 'MILLRACE_ALLOWED_HOSTS',
      summary: 'names, separated by commas, that clients reach this server by, besides its address',
    },
    {
      name: 'allowed-origins',
      value: 'ORIGINS',
      variable: 'MILLRACE_ALLOWED_ORIGINS',
      summary:
        'origins, such as https://app.example, whose pages may use this server and read its answers',
    },
    {
      name: 'users',
      value: 'FILE',
      variable: 'MILLRACE_USERS',
      summary: 'asks everybody to log in as one of the users in this file; see millrace user',
    },
    {
      name: 'tls-cert',
      value: 'FILE',
      variable: 'MILLRACE_TLS_CERT',
      summary: 'encrypts connections; the certificate, with those that certify it, in PEM',
    },
    {
      name: 'tls-key',
      value: 'FILE',
      variable: 'MILLRACE_TLS_KEY',
      summary: 'its private key, in PEM',
    },
    {
      name: 'tls-client-ca',
      value: 'FILE',
      variable: 'MILLRACE_TLS_CLIENT_CA',
      summary: 'lets only clients in whose certificate one of these has certified',
    },
    {
      name: 'durability',
      value: 'WHEN',
      variable: 'MILLRACE_DURABILITY',
      summary:
        'when inserts into new topics that do not say so are acknowledged: fsync, interval=<ms> or none (default fsync)',
    },
    {
      name: 'log-level',
      value: 'LEVEL',
      variable: 'MILLRACE_LOG_LEVEL',
      summary: `${LOG_LEVELS.join(', ')} (default info, with --prompt warn); JSON lines on standard error`,
    },
    {
      name: 'properties',
      value: 'FILE',
      variable: 'MILLRACE_PROPERTIES',
      summary: 'properties of the server, one name=value a line, as in ksql-server.properties',
    },
    {
      name: 'property',
      value: 'NAME=VALUE',
      several: true,
      summary: 'one property of the server; may be given several times',
    },
    {
      name: 'schema-registry-url',
      value: 'URL',
      variable: 'MILLRACE_SCHEMA_REGISTRY_URL',
      summary:
        'short for --property ksql.schema.registry.url=URL: another schema registry (default: the one of this server)',
    },
    {
      name: 'schema-registry-user',
      value: 'USER:PASSWORD',
      variable: 'MILLRACE_SCHEMA_REGISTRY_USER',
      summary:
        'short for ksql.schema.registry.basic.auth.user.info: credentials for it; better given by the variable, which others cannot see',
    },
    {
      name: 'schema-compatibility',
      value: 'LEVEL',
      variable: 'MILLRACE_SCHEMA_COMPATIBILITY',
      summary: 'how new schemas are checked where nothing else was set (default backward)',
    },
    {
      name: 'properties-denylist',
      value: 'NAMES',
      variable: 'MILLRACE_PROPERTIES_DENYLIST',
      summary: 'properties, separated by commas, that no request may set',
    },
    {
      name: 'hide-record-bytes',
      summary: 'keep the bytes of records that cannot be read out of the processing log',
    },
    {
      name: 'unsafe-fs',
      summary: 'open a data directory on NFS or SMB, where acknowledged rows may be lost',
    },
    {
      name: 'insecure-no-auth',
      summary: 'allow an address others can reach, though anyone there may then do everything',
    },
    {
      name: 'prompt',
      summary:
        'on a terminal, without users and TLS, also open the SQL prompt; leaving it stops the server',
    },
  ],

  async run(settings, surroundings) {
    const options = readOptions(settings, surroundings);
    if (settings.problems.length > 0) {
      reportProblems(server, settings, surroundings);
      return EXIT.CONFIGURATION;
    }
    // Loaded here, so that the shell starts without the engine.
    const { serve } = await import('../serve.ts');
    return serve(options, surroundings);
  },
};

function readOptions(
  settings: Settings,
  { input, output, environment }: Surroundings,
): ServerOptions {
  const host = settings.text('host') ?? HOST_DEFAULT;
  const security = readSecurity(settings);
  const hasLogIn = settings.has('users');
  if (!isLoopback(host) && !hasLogIn && !settings.has('insecure-no-auth')) {
    settings.refuse(
      `The host ${host} can be reached by others, and this server does not ask who they are: ` +
        `give it --users, listen on ${HOST_DEFAULT} only (leave --host out), or accept it with --insecure-no-auth.`,
    );
  }
  for (const word of settings.positionals) {
    settings.refuse(`The server takes options only; found "${word}".`);
  }
  // The prompt is a client like any other, and has nobody to log in as.
  const isOpen = security.security.users === null && security.security.tls === null;
  const prompt = settings.has('prompt') && isOpen && Boolean(input.isTTY && output.isTTY);
  return {
    directory: resolve(settings.text('data') ?? DIRECTORY_DEFAULT),
    port: settings.number('port', { min: 0, max: PORT_MAX }) ?? PORT_DEFAULT,
    host,
    allowedHosts: listOf(settings.text('allowed-hosts')),
    ...security,
    durability:
      settings.parsed('durability', { expected: DURABILITY_EXPECTED, parse: parseDurability }) ??
      'fsync',
    logLevel: settings.choice('log-level', LOG_LEVELS) ?? (prompt ? 'warn' : 'info'),
    prompt,
    properties: readProperties(settings, environment),
    schemaRegistry: readSchemaRegistry(settings),
    deniedProperties: listOf(settings.text('properties-denylist')),
    allowNetworkDisk: settings.has('unsafe-fs'),
    showRecordBytes: !settings.has('hide-record-bytes'),
  };
}

/** Reads the files, too: what is wrong with them keeps the server from starting as any other mistake does. */
function readSecurity(settings: Settings): Pick<ServerOptions, 'security' | 'allowedOrigins'> {
  const allowedOrigins = listOf(settings.text('allowed-origins'));
  for (const origin of allowedOrigins) {
    if (URL.canParse(origin) && new URL(origin).origin === origin.toLowerCase()) continue;
    settings.refuse(
      `--allowed-origins (or MILLRACE_ALLOWED_ORIGINS) must be origins such as https://app.example, without a path; found "${origin}".`,
    );
  }
  const certificate = settings.text('tls-cert');
  const key = settings.text('tls-key');
  const clientAuthority = settings.text('tls-client-ca');
  if ((certificate === null) !== (key === null)) {
    settings.refuse('TLS needs both --tls-cert and --tls-key.');
  } else if (clientAuthority !== null && certificate === null) {
    settings.refuse('--tls-client-ca needs --tls-cert and --tls-key.');
  }
  const security: SecurityFiles = {
    users: settings.text('users'),
    tls: certificate === null || key === null ? null : { certificate, key, clientAuthority },
  };
  for (const problem of readSecurityFiles(security).problems) settings.refuse(problem);
  return { security, allowedOrigins };
}

function listOf(text: string | null): string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function readSchemaRegistry(settings: Settings): ServerOptions['schemaRegistry'] {
  const urls = (settings.text('schema-registry-url') ?? '').split(',').filter((url) => url !== '');
  const odd = urls.find((url) => !/^https?:\/\//.test(url) || !URL.canParse(url));
  // Not shown: it may hold a password.
  if (odd !== undefined)
    settings.refuse(
      '--schema-registry-url (or MILLRACE_SCHEMA_REGISTRY_URL) must be a URL such as http://localhost:8081.',
    );
  const level = settings.choice('schema-compatibility', COMPATIBILITY_LEVELS);
  const userInfo = settings.text('schema-registry-user') ?? undefined;
  return {
    ...(urls.length === 0 || odd !== undefined ? {} : { remote: { urls, userInfo } }),
    ...(level === null ? {} : { defaultLevel: level.toUpperCase() as Uppercase<typeof level> }),
  };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}
