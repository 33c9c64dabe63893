import { checkInsertable } from '../analyze/insert-values.ts';
import { DatabaseError } from '../base/errors.ts';
import type { Env } from '../base/env.ts';
import type { TopicAccess } from '../base/topic-access.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Source } from '../catalog/source.ts';
import type { Inserts } from '../engine.ts';
import { insertedValue } from '../formats/insert-json.ts';
import { JsonObject, type JsonNode } from '../formats/json-node.ts';
import type { Log, Topic } from '../log/log.ts';
import type { Acknowledgement, Ingest } from '../runtime/ingest.ts';
import { encodeRow } from '../runtime/row-encoder.ts';
import type { SchemaRegistry } from '../schema-registry/schema-registry.ts';
import { EvaluationError } from '../sql/evaluation-error.ts';
import { columnsOf, isPayload } from '../sql/schema.ts';
import type { Row } from '../sql/types.ts';
import { hasSchemas, withInsertSchemas } from './insert-schemas.ts';
import { requireAccess } from './topic-access.ts';

/** Writes rows that come as JSON objects into one source: what /inserts-stream does with its lines. */
export class RowInserter implements Inserts {
  readonly #source: Source;
  readonly #topic: Topic;
  readonly #ingest: Ingest;
  readonly #clock: Env['clock'];
  readonly #registry: SchemaRegistry;

  /**
   * @param target name of the source: upper-cased unless it stands in back-quotes.
   * @throws DatabaseError UNKNOWN_SOURCE; BAD_STATEMENT for a source that takes no rows; FORBIDDEN.
   */
  constructor(
    target: string,
    options: {
      catalog: Catalog;
      log: Log;
      ingest: Ingest;
      clock: Env['clock'];
      registry: SchemaRegistry;
      /** Of the client; undefined: it may write to everything. */
      access: TopicAccess | undefined;
    },
  ) {
    const { catalog, log, ingest, clock, registry, access } = options;
    this.#registry = registry;
    const name = nameOf(target);
    const source = catalog.source(name);
    if (access !== undefined) {
      requireAccess('write', { source: name, topic: source?.topic ?? null }, access);
    }
    if (source === null) {
      throw new DatabaseError(
        'UNKNOWN_SOURCE',
        `Cannot insert values into an unknown stream/table: \`${name}\`.${catalog.nearest(name)}`,
      );
    }
    checkInsertable(source);
    const topic = log.topic(source.topic);
    if (topic === undefined) {
      throw new DatabaseError('NOT_FOUND', `The topic ${source.topic} of ${name} does not exist.`);
    }
    this.#source = source;
    this.#topic = topic;
    this.#ingest = ingest;
    this.#clock = clock;
  }

  insert(row: JsonNode): Promise<Acknowledgement> {
    if (!(row instanceof JsonObject)) {
      throw new DatabaseError('BAD_REQUEST', 'Invalid JSON in inserts stream: a row is an object.');
    }
    const values = this.#values(membersOf(row));
    return hasSchemas(this.#source)
      ? this.#writeWithSchemas(values)
      : this.#write(this.#source, values);
  }

  async #writeWithSchemas(values: Row): Promise<Acknowledgement> {
    return this.#write(await withInsertSchemas(this.#source, this.#registry), values);
  }

  #write(source: Source, values: Row): Promise<Acknowledgement> {
    const { key, value } = encodeRow(source, values);
    return this.#ingest.append(this.#topic, { key, value, timestamp: this.#clock.now() });
  }

  #values(members: ReadonlyMap<string, JsonNode>): Row {
    const { schema, name: sourceName } = this.#source;
    for (const { name } of schema.keys) {
      if ((members.get(name) ?? null) === null) {
        throw new DatabaseError('BAD_REQUEST', `Key field must be specified: ${name}`);
      }
    }
    for (const { name } of schema.values.filter((column) => !isPayload(column))) {
      if (members.has(name)) {
        throw new DatabaseError('BAD_REQUEST', `Cannot insert into HEADER columns: ${name}.`);
      }
    }
    return columnsOf(schema).map(({ name, type }) => {
      try {
        return insertedValue(members.get(name), type, name);
      } catch (error) {
        if (!(error instanceof EvaluationError)) throw error;
        throw new DatabaseError(
          'BAD_REQUEST',
          `Failed to insert a row into ${sourceName}: ${error.message}.`,
        );
      }
    });
  }
}

/** Names are upper-cased unless they stand in back-quotes. */
function nameOf(text: string): string {
  const quoted = /^`(.*)`$/su.exec(text)?.[1];
  return quoted === undefined ? text.toUpperCase() : quoted.replaceAll('``', '`');
}

function membersOf(row: JsonObject): ReadonlyMap<string, JsonNode> {
  return new Map(Array.from(row.fields, ([name, value]) => [nameOf(name), value]));
}
