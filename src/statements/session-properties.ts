import { DatabaseError } from '../base/errors.ts';
import type { CollectionLimits } from '../functions/aggregate.ts';
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
  readonly overridden: boolean;
}

/** What clients send and this engine needs not: connection settings of theirs, and how long to hold back results. */
const IGNORED = new Set([
  'ksql.idle.connection.timeout.seconds',
  'ksql.query.pull.interpreter.enabled',
  '__emit.interval.ms.kstreams.windowed.aggregation__',
]);

/** Prefix under which ksqlDB accepts the settings of its stream client as well. */
const STREAMS_PREFIX = 'ksql.streams.';

/** The overrides of a session, by canonical name; texts as they were given. */
export type Overrides = ReadonlyMap<string, string>;

/**
 * Checks the overrides of a request.
 * @throws DatabaseError UNKNOWN_PROPERTY naming the property, or the value it does not take.
 */
export function parseOverrides(
  properties: Readonly<Record<string, string | number | boolean | null>>,
): Overrides {
  const overrides = new Map<string, string>();
  for (const [name, value] of Object.entries(properties)) {
    if (value !== null) withOverride(overrides, name, String(value));
  }
  return overrides;
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

/** Takes one override back. @throws DatabaseError UNKNOWN_PROPERTY. */
export function withoutOverride(overrides: Map<string, string>, name: string): void {
  checkPropertyName(name);
  overrides.delete(canonicalName(name));
}

function canonicalName(name: string): string {
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

/** Everything SHOW PROPERTIES shows, sorted by name. */
export function listProperties(overrides: Overrides): PropertyValue[] {
  return Object.values(definitions)
    .map(({ name, description, defaultValue }) => {
      const text = overrides.get(name);
      return {
        name,
        description,
        value: text ?? String(defaultValue),
        overridden: text !== undefined,
      };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What aggregates may collect in the queries of a session. */
export function collectionLimits({
  collectListLimit,
  collectSetLimit,
}: SessionProperties): CollectionLimits {
  return {
    collectList: collectListLimit < 0 ? null : collectListLimit,
    collectSet: collectSetLimit < 0 ? null : collectSetLimit,
  };
}

function parseLimit(text: string): number | undefined {
  return /^(?:-1|\d{1,10})$/.test(text) ? Number(text) : undefined;
}

function parseBoolean(text: string): boolean | undefined {
  if (text === 'true') return true;
  return text === 'false' ? false : undefined;
}
