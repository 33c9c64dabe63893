import { DatabaseError } from '../base/errors.ts';

/** What happens to records that are no longer wanted: removed with age or size, superseded by key, or both. */
export type CleanupPolicy = 'delete' | 'compact' | 'compact,delete';

/** How batches are compressed on disk. */
export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

/** Whose time records carry: their producer's, or that of the append. */
export type TimestampType = 'CreateTime' | 'LogAppendTime';

/**
 * When a record is acknowledged: `fsync` when it is on disk; `interval=<ms>` when it is written, with a sync at most so
 * many milliseconds later; `none` likewise, with the sync left to whenever it suits.
 */
export type Durability = 'fsync' | 'none' | `interval=${number}`;

/** Everything about a topic but its name and partitions; plain JSON. */
export interface TopicSettings {
  readonly cleanupPolicy: CleanupPolicy;
  /** How long records are kept after they were written, ms; null: for ever. */
  readonly retentionMs: number | null;
  /** Bytes a partition may have before its oldest segments go, whoever still needs them; null: no bound. */
  readonly retentionBytes: number | null;
  /** A segment that would grow beyond this is followed by a new one; null: what the log does by default. */
  readonly segmentBytes: number | null;
  /** A segment is followed by a new one so long after its first record. */
  readonly segmentMs: number;
  /** How long compaction keeps tombstones, so that readers learn of the deletion. */
  readonly deleteRetentionMs: number;
  readonly durability: Durability;
  readonly compression: Compression;
  readonly timestampType: TimestampType;
}

const DAY_MS = 86_400_000;
const INTERVAL_MS_MAX = 60_000;
/** What a durability may be, for messages. */
export const DURABILITY_EXPECTED = `fsync, none, or interval=<ms> with at most ${INTERVAL_MS_MAX} ms`;

/** What a topic has that nobody said anything about. */
export const DEFAULT_TOPIC_SETTINGS: TopicSettings = {
  cleanupPolicy: 'delete',
  retentionMs: null,
  retentionBytes: null,
  segmentBytes: null,
  segmentMs: 7 * DAY_MS,
  deleteRetentionMs: DAY_MS,
  durability: 'fsync',
  compression: 'none',
  timestampType: 'CreateTime',
};

/** One setting as tools name and write it, the way Kafka does where Kafka has it. */
interface SettingDefinition<K extends keyof TopicSettings> {
  readonly setting: K;
  readonly name: string;
  /** What is allowed, for messages. */
  readonly expected: string;
  /** Undefined when the text is no such value. */
  parse(text: string): TopicSettings[K] | undefined;
}

const SETTINGS = [
  words('cleanupPolicy', 'cleanup.policy', ['delete', 'compact', 'compact,delete']),
  bound('retentionMs', 'retention.ms'),
  bound('retentionBytes', 'retention.bytes'),
  bound('segmentBytes', 'segment.bytes', 1),
  amount('segmentMs', 'segment.ms', 1),
  amount('deleteRetentionMs', 'delete.retention.ms', 0),
  define('durability', 'durability', {
    expected: DURABILITY_EXPECTED,
    parse: parseDurability,
  }),
  words('compression', 'compression.type', ['none', 'gzip', 'snappy', 'lz4', 'zstd']),
  words('timestampType', 'message.timestamp.type', ['CreateTime', 'LogAppendTime']),
] as const;

/** The names of all settings, as tools write them. */
export const TOPIC_SETTING_NAMES: readonly string[] = SETTINGS.map(({ name }) => name);

/**
 * Settings from text by name, such as `retention.ms` = `60000`.
 * @throws DatabaseError BAD_REQUEST naming the setting and what it may be.
 */
export function parseTopicSettings(
  texts: Readonly<Record<string, string>>,
): Partial<TopicSettings> {
  const settings: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(texts)) {
    const definition = SETTINGS.find((candidate) => candidate.name === name);
    if (definition === undefined) {
      throw new DatabaseError(
        'BAD_REQUEST',
        `There is no topic setting ${JSON.stringify(name)}. There are ${TOPIC_SETTING_NAMES.join(', ')}.`,
      );
    }
    const value = definition.parse(text);
    if (value === undefined) {
      throw new DatabaseError(
        'BAD_REQUEST',
        `The topic setting ${name} must be ${definition.expected}; found ${JSON.stringify(text)}.`,
      );
    }
    settings[definition.setting] = value;
  }
  return settings as Partial<TopicSettings>;
}

/** The settings as text by name; no bound is -1. */
export function formatTopicSettings(settings: TopicSettings): Record<string, string> {
  return Object.fromEntries(
    SETTINGS.map(({ name, setting }) => [name, String(settings[setting] ?? -1)]),
  );
}

/** Whether the value read from a file has all settings of a topic. */
export function isTopicSettings(value: unknown): value is TopicSettings {
  if (typeof value !== 'object' || value === null) return false;
  const settings = value as Record<string, unknown>;
  return SETTINGS.every(({ setting, parse }) => {
    const found = settings[setting];
    return found !== undefined && parse(String(found ?? -1)) !== undefined;
  });
}

/** Milliseconds between the write of a record and its sync; null when the acknowledgement waits for the sync. */
export function syncDelayMs(durability: Durability): number | null {
  if (durability === 'fsync') return null;
  return durability === 'none' ? UNSYNCED_MS : Number(durability.slice('interval='.length));
}

/** With durability `none` nobody asks for a sync, but queries read only what is on disk. */
const UNSYNCED_MS = 1_000;

/** Whether superseded records are removed by key, which leaves gaps between offsets. */
export function isCompacted({ cleanupPolicy }: TopicSettings): boolean {
  return cleanupPolicy !== 'delete';
}

/** Whether records are removed with age or size. */
export function isDeleted({ cleanupPolicy }: TopicSettings): boolean {
  return cleanupPolicy !== 'compact';
}

/** Undefined when the text is no durability. */
export function parseDurability(text: string): Durability | undefined {
  if (text === 'fsync' || text === 'none') return text;
  const [, ms] = /^interval=(\d{1,5})$/.exec(text) ?? [];
  const isLegal = ms !== undefined && Number(ms) >= 1 && Number(ms) <= INTERVAL_MS_MAX;
  return isLegal ? `interval=${Number(ms)}` : undefined;
}

function define<K extends keyof TopicSettings>(
  setting: K,
  name: string,
  rest: Pick<SettingDefinition<K>, 'expected' | 'parse'>,
): SettingDefinition<K> {
  return { setting, name, ...rest };
}

function words<K extends 'cleanupPolicy' | 'compression' | 'timestampType'>(
  setting: K,
  name: string,
  allowed: readonly TopicSettings[K][],
): SettingDefinition<K> {
  const expected = `one of ${allowed.join(', ')}`;
  return define(setting, name, {
    expected,
    parse: (text) => allowed.find((word) => word === text),
  });
}

/** A bound, or -1 for none. */
function bound<K extends 'retentionMs' | 'retentionBytes' | 'segmentBytes'>(
  setting: K,
  name: string,
  min = 0,
): SettingDefinition<K> {
  return define(setting, name, {
    expected: `a whole number from ${min} on, or -1 for no bound`,
    parse: (text) => (text === '-1' ? null : parseInteger(text, min)) as TopicSettings[K],
  });
}

function amount<K extends 'segmentMs' | 'deleteRetentionMs'>(
  setting: K,
  name: string,
  min: number,
): SettingDefinition<K> {
  const expected = `a whole number from ${min} on`;
  return define(setting, name, {
    expected,
    parse: (text) => parseInteger(text, min) as TopicSettings[K] | undefined,
  });
}

function parseInteger(text: string, min: number): number | undefined {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) && value >= min ? value : undefined;
}
