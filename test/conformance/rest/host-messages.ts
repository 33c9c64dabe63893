import type { CaseRecord, RecordWindow, TopicDefinition } from '../../../src/testing/json-case.ts';

/** A record of a case on its way into the host process: key and value as JSON text. */
export type HostedRecord = Omit<CaseRecord, 'key' | 'value'> & {
  readonly key: string;
  readonly value: string;
};

/** A record of a topic as its source's formats read it: key and value as JSON text. */
export interface StoredRecord {
  readonly key: string;
  readonly value: string;
  readonly window: RecordWindow | null;
  readonly timestamp: number;
}

/** What is there before the first statement of a case. */
export interface Preparation {
  /** By name, with their partition counts. */
  readonly topics: readonly (readonly [name: string, partitionCount: number])[];
  /** As the case lists them, with their schemas. */
  readonly definitions: readonly TopicDefinition[];
  /** Whose sources have schemas that are registered as well. */
  readonly statements: readonly string[];
  readonly properties: ReadonlyMap<string, string>;
}

/** What the host process is asked for; answered by a reply of the same `id`. */
export type HostCall = { readonly id: number } & (
  | { readonly method: 'open' }
  | ({ readonly server: number } & (
      | ({ readonly method: 'prepare' } & Preparation)
      | { readonly method: 'produce'; readonly records: readonly HostedRecord[] }
      | { readonly method: 'settled' }
      | { readonly method: 'records'; readonly topic: string }
      | { readonly method: 'close' }
    ))
);

export interface HostReply {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}
