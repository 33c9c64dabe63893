import { DatabaseError } from '../base/errors.ts';
import { EMIT_INTERVAL_MS, type PlanSettings } from '../plan/planner.ts';
import { nearestName } from '../sql/nearest-name.ts';

/** One property that SET, streamsProperties and SHOW PROPERTIES know. */
interface PropertyDefinition<T> {
  readonly name: string;
  readonly description: string;
  readonly defaultValue: T;
  /** The value of a text; undefined when it is none. */
  parse(text: string): T | undefined;
  /** What is allowed, for messages. */
  readonly expected: string;
}

/** Switches the replacement of variables, which happens before statements are parsed. */
export const SUBSTITUTION_PROPERTY = 'ksql.variable.substitution.enable';

const LOG_AND_SKIP = 'LogAndSkipOnInvalidTimestamp';
const EXTRACTORS = ['FailOnInvalidTimestamp', LOG_AND_SKIP];
/** Clients name an extractor by the Java class it is in ksqlDB. */
const EXTRACTOR_PACKAGE = 'org.apache.kafka.streams.processor.';

const definitions = {
  offsetReset: {
    name: 'auto.offset.reset',
    description:
      'Where a new query begins to read its streams: at what is there, or at what comes.',
    defaultValue: 'latest' as 'earliest' | 'latest',
    parse: (text) => (text === 'earliest' || text === 'latest' ? text : undefined),
    expected: "'earliest' or 'latest'",
  },
  bufferBytes: {
    name: 'cache.max.bytes.buffering',
    description:
      'Above 0, several changes of one key of a table within a tick may be emitted as one; 0 emits each.',
    defaultValue: 10 * 1024 * 1024,
    parse: (text) => (/^\d{1,15}$/.test(text) ? Number(text) : undefined),
    expected: 'a number of bytes, 0 or more',
  },
  failOnBadRecord: {
    name: 'ksql.fail.on.deserialization.error',
    description:
      'Whether a record that cannot be read stops the query; else it is left out and noted in the processing log.',
    defaultValue: false,
    parse: parseBoolean,
    expected: 'true or false',
  },
  tableScan: {
    name: 'ksql.query.pull.table.scan.enabled',
    description: 'Whether pull queries may read a whole table.',
    defaultValue: true,
    parse: parseBoolean,
    expected: 'true or false',
  },
  rangeScan: {
    name: 'ksql.query.pull.range.scan.enabled',
    description:
      'Whether pull queries may read a range of keys where they may not read a whole table.',
    defaultValue: true,
    parse: parseBoolean,
    expected: 'true or false',
  },
  pullLimit: {
    name: 'ksql.query.pull.limit.clause.enabled',
    description: 'Whether pull queries may have a LIMIT.',
    defaultValue: true,
    parse: parseBoolean,
    expected: 'true or false',
  },
  pullWaitMs: {
    name: 'millrace.query.pull.wait.ms',
    description:
      'How long a pull query on a table waits at most for rows acknowledged before it to reach the table; 0 answers at once.',
    defaultValue: 100,
    parse: (text) => (/^\d{1,5}$/.test(text) ? Number(text) : undefined),
    expected: 'a number of milliseconds, at most 99999',
  },
  streamPull: {
    name: 'ksql.query.pull.stream.enabled',
    description: 'Whether pull queries may read streams.',
    defaultValue: true,
    parse: parseBoolean,
    expected: 'true or false',
  },
  scalablePush: {
    name: 'ksql.query.push.v2.enabled',
    description:
      'Whether a push query that only filters what one persistent query writes follows that query: it then sees new rows only.',
    defaultValue: false,
    parse: parseBoolean,
    expected: 'true or false',
  },
  collectListLimit: {
    name: 'ksql.functions.collect_list.limit',
    description: 'How many elements COLLECT_LIST keeps at most; -1 keeps all.',
    defaultValue: -1 as number,
    parse: parseLimit,
    expected: 'a whole number, -1 for no limit',
  },
  collectSetLimit: {
    name: 'ksql.functions.collect_set.limit',
    description: 'How many elements COLLECT_SET keeps at most; -1 keeps all.',
    defaultValue: -1 as number,
    parse: parseLimit,
    expected: 'a whole number, -1 for no limit',
  },
  defaultKeyFormat: {
    name: 'ksql.persistence.default.format.key',
    description: 'KEY_FORMAT of a CREATE statement that gives none.',
    defaultValue: 'KAFKA',
    parse: (text) => text.toUpperCase(),
    expected: 'the name of a format',
  },
  defaultValueFormat: {
    name: 'ksql.persistence.default.format.value',
    description: 'VALUE_FORMAT of a CREATE statement that gives none; empty: it has to be given.',
    defaultValue: '',
    parse: (text) => text.toUpperCase(),
    expected: 'the name of a format',
  },
  wrapSingleValues: {
    name: 'ksql.persistence.wrap.single.values',
    description:
      'WRAP_SINGLE_VALUE of a CREATE statement that does not give it; empty: as the format does by itself.',
    defaultValue: '' as '' | 'true' | 'false',
    parse: (text) => (text === '' || text === 'true' || text === 'false' ? text : undefined),
    expected: "true, false or ''",
  },
  topicPrefix: {
    name: 'ksql.output.topic.name.prefix',
    description: 'What the topic of a CREATE ... AS SELECT that names none begins with.',
    defaultValue: '' as string,
    parse: (text) => (/^[A-Za-z0-9._-]{0,100}$/.test(text) ? text : undefined),
    expected: "at most 100 letters, digits, '.', '_' and '-'",
  },
  failOnInvalidTime: {
    name: 'ksql.timestamp.throw.on.invalid',
    description:
      'Whether a record whose TIMESTAMP column holds no time ends the query; else it is left out and reported.',
    defaultValue: false,
    parse: parseBoolean,
    expected: 'true or false',
  },
  timestampExtractor: {
    name: 'default.timestamp.extractor',
    description:
      'What a record with a negative timestamp does where a source has no TIMESTAMP column: FailOnInvalidTimestamp ends the query, LogAndSkipOnInvalidTimestamp leaves the record out.',
    defaultValue: 'FailOnInvalidTimestamp' as string,
    parse: (text) =>
      EXTRACTORS.find((name) => text === name || text === `${EXTRACTOR_PACKAGE}${name}`),
    expected: 'FailOnInvalidTimestamp or LogAndSkipOnInvalidTimestamp',
  },
  insertValues: {
    name: 'ksql.insert.into.values.enabled',
    description: 'Whether INSERT INTO ... VALUES is allowed.',
    defaultValue: true,
    parse: parseBoolean,
    expected: 'true or false',
  },
  emitIntervalMs: {
    name: '__emit.interval.ms.kstreams.windowed.aggregation__',
    description: 'EMIT FINAL looks for closed windows at most this often, in milliseconds.',
    defaultValue: EMIT_INTERVAL_MS as number,
    parse: (text) => (/^\d{1,10}$/.test(text) ? Number(text) : undefined),
    expected: 'a whole number of milliseconds, 0 or more',
  },
  finalIdleMs: {
    name: 'millrace.emit.final.idle.ms',
    description:
      'After so many milliseconds without rows, EMIT FINAL lets stream time go on with the clock, so that ' +
      'windows close; -1 for never.',
    defaultValue: -1 as number,
    parse: parseLimit,
    expected: 'a whole number of milliseconds, or -1 for never',
  },
  suppressEnabled: {
    name: 'ksql.suppress.enabled',
    description: 'Whether queries may use EMIT FINAL.',
    defaultValue: true,
    parse: parseBoolean,
    expected: 'true or false',
  },
  substitution: {
    name: SUBSTITUTION_PROPERTY,
    description: 'Whether ${name} in a statement is replaced by the value of the variable.',
    defaultValue: true,
    parse: parseBoolean,
    expected: 'true or false',
  },
} as const satisfies Record<string, PropertyDefinition<never> | PropertyDefinition<unknown>>;

type Definitions = typeof definitions;

/** The value of every property in a session. */
export type SessionProperties = {
  readonly [K in keyof Definitions]: Definitions[K]['defaultValue'] extends boolean
    ? boolean
    : Definitions[K]['defaultValue'];
};

/** A property with its value, for SHOW PROPERTIES. */
export interface PropertyValue {
  readonly name: string;
  readonly description: string;
  readonly value: string;
  /** What it takes. */
  readonly expected: string;
  /** Whether the session has set it. */
  readonly overridden: boolean;
}

/** What clients send and this engine needs not: connection settings of theirs, and how long to hold back results. */
const IGNORED = new Set([
  // Settings of the client libraries inside ksqlDB: accepted, because scripts set them, and without effect here.
  'acceptable.recovery.lag',
  'application.server',
  'bootstrap.servers',
  'client.id',
  'commit.interval.ms',
  'consumer.max.poll.records',
  'max.task.idle.ms',
  'max.warmup.replicas',
  'metadata.max.age.ms',
  'num.standby.replicas',
  'num.stream.threads',
  'poll.ms',
  'processing.guarantee',
  'producer.linger.ms',
  'replication.factor',
  'request.timeout.ms',
  'retry.backoff.ms',
  'state.dir',
  'ksql.idle.connection.timeout.seconds',
  'ksql.query.pull.interpreter.enabled',
]);

/** Prefix under which ksqlDB accepts the settings of its stream client as well. */
const STREAMS_PREFIX = 'ksql.streams.';

/** The overrides of a session, by canonical name; texts as they were given. */
export type Overrides = ReadonlyMap<string, string>;

const NONE: Overrides = new Map();

/**
 * Checks the overrides of a request.
 * @param defaults what ALTER SYSTEM has set, for properties the request does not.
 * @throws DatabaseError UNKNOWN_PROPERTY naming the property, or the value it does not take.
 */
export function parseOverrides(
  properties: Readonly<Record<string, string | number | boolean | null>>,
  defaults: Overrides = NONE,
): Overrides {
  const overrides = new Map(defaults);
  for (const [name, value] of Object.entries(properties)) {
    if (value !== null) withOverride(overrides, name, String(value));
  }
  return overrides;
}

/** Properties nobody may set, by canonical name: `ksql.properties.overrides.denylist`. */
export interface DeniedProperties {
  readonly denied: ReadonlySet<string>;
  /** Null: all that are not denied. */
  readonly allowed: ReadonlySet<string> | null;
}

/** What a request may never change. */
const ALWAYS_DENIED = ['ksql.service.id'];

/**
 * @param names as the configuration has them, with or without the prefix of the stream client.
 * @param allowed the only ones that may be set; empty: all others.
 */
export function deniedProperties(
  names: readonly string[],
  allowed: readonly string[] = [],
): DeniedProperties {
  return {
    denied: new Set([...ALWAYS_DENIED, ...names].map(canonicalName)),
    // What is bound as a value is never substituted, which the server sees to by this property.
    allowed:
      allowed.length === 0 ? null : new Set([...allowed, SUBSTITUTION_PROPERTY].map(canonicalName)),
  };
}

/** @throws DatabaseError BAD_REQUEST naming the properties among these that may not be set. */
export function checkNotDenied(
  names: readonly string[],
  { denied, allowed }: DeniedProperties,
): void {
  const found = names.filter((name) => {
    const canonical = canonicalName(name);
    return denied.has(canonical) || allowed?.has(canonical) === false;
  });
  if (found.length === 0) return;
  throw new DatabaseError(
    'BAD_REQUEST',
    `One or more properties overrides set locally are prohibited by the KSQL server denylist (use UNSET to reset their default value): [${found.join(', ')}]`,
  );
}

/** Sets one property. @throws DatabaseError UNKNOWN_PROPERTY. */
export function withOverride(overrides: Map<string, string>, name: string, text: string): void {
  const canonical = canonicalName(name);
  if (IGNORED.has(canonical)) return;
  const definition = definitionOf(canonical, name);
  if (definition.parse(text) === undefined) {
    throw new DatabaseError(
      'UNKNOWN_PROPERTY',
      `Property ${name} does not take '${text}'; expected ${definition.expected}.`,
    );
  }
  overrides.set(canonical, text);
}

/** Checks that there is a property of this name. @throws DatabaseError UNKNOWN_PROPERTY. */
export function checkPropertyName(name: string): void {
  const canonical = canonicalName(name);
  if (!IGNORED.has(canonical)) definitionOf(canonical, name);
}

/**
 * Takes one override back; what ALTER SYSTEM has set counts again.
 * @throws DatabaseError UNKNOWN_PROPERTY.
 */
export function withoutOverride(
  overrides: Map<string, string>,
  name: string,
  defaults: Overrides = NONE,
): void {
  const canonical = canonicalName(name);
  if (!IGNORED.has(canonical)) definitionOf(canonical, name);
  const value = defaults.get(canonical);
  if (value === undefined) overrides.delete(canonical);
  else overrides.set(canonical, value);
}

/** The name without the prefix of the stream client. */
export function canonicalName(name: string): string {
  return name.startsWith(STREAMS_PREFIX) ? name.slice(STREAMS_PREFIX.length) : name;
}

function definitionOf(canonical: string, asGiven: string): PropertyDefinition<unknown> {
  const known: readonly PropertyDefinition<unknown>[] = Object.values(definitions);
  const definition = known.find(({ name }) => name === canonical);
  if (definition !== undefined) return definition;
  const nearest = nearestName(
    canonical,
    known.map(({ name }) => name),
  );
  const hint = nearest === null ? ' SHOW PROPERTIES lists them.' : ` Did you mean ${nearest}?`;
  throw new DatabaseError('UNKNOWN_PROPERTY', `Unknown property: ${asGiven}.${hint}`);
}

/** The values in force: overrides, else defaults. */
export function sessionProperties(overrides: Overrides): SessionProperties {
  const values = Object.entries(definitions).map(([key, definition]) => {
    const text = overrides.get(definition.name);
    return [key, text === undefined ? definition.defaultValue : definition.parse(text)];
  });
  return Object.fromEntries(values) as SessionProperties;
}

/**
 * Everything SHOW PROPERTIES shows, sorted by name.
 * @param defaults what ALTER SYSTEM has set.
 */
export function listProperties(overrides: Overrides, defaults: Overrides = NONE): PropertyValue[] {
  return Object.values(definitions)
    .map(({ name, description, defaultValue, expected }) => {
      const text = overrides.get(name);
      return {
        name,
        description,
        value: text ?? String(defaultValue),
        expected,
        overridden: text !== undefined && text !== defaults.get(name),
      };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What the session decides about the plans of its queries. */
export function planSettings({
  collectListLimit,
  collectSetLimit,
  emitIntervalMs,
  failOnInvalidTime,
  finalIdleMs,
  suppressEnabled,
  timestampExtractor,
}: SessionProperties): PlanSettings {
  const ofColumn = failOnInvalidTime ? 'FAIL' : null;
  const ofRecord = timestampExtractor === LOG_AND_SKIP ? 'SKIP' : null;
  return {
    ...(ofColumn === null && ofRecord === null ? {} : { invalidTimes: { ofColumn, ofRecord } }),
    limits: {
      collectList: collectListLimit < 0 ? null : collectListLimit,
      collectSet: collectSetLimit < 0 ? null : collectSetLimit,
    },
    closing: suppressEnabled
      ? { intervalMs: emitIntervalMs, idleMs: finalIdleMs < 0 ? null : finalIdleMs }
      : null,
  };
}

function parseLimit(text: string): number | undefined {
  return /^(?:-1|\d{1,10})$/.test(text) ? Number(text) : undefined;
}

function parseBoolean(text: string): boolean | undefined {
  if (text === 'true') return true;
  return text === 'false' ? false : undefined;
}
