import type { CreateSourceNode } from '../../grammar/ast.ts';
import { SqlSyntaxError } from '../../grammar/errors.ts';
import { parseStatements } from '../../grammar/parser.ts';
import { analyzeCreateSource } from '../analyze/create-source.ts';
import { expandTypes } from '../analyze/custom-types.ts';
import type { SourceDefinition } from '../analyze/source-definition.ts';
import { resolveType } from '../analyze/types.ts';
import { DatabaseError } from '../base/errors.ts';
import { Catalog } from '../catalog/catalog.ts';
import type { EmbeddedRegistry } from '../schema-registry/embedded-registry.ts';
import type {
  SchemaReference,
  SchemaText,
  SubjectVersion,
} from '../schema-registry/schema-registry.ts';
import { formatDefaults } from '../statements/format-defaults.ts';
import { parseOverrides } from '../statements/session-properties.ts';
import { derivedSchema, subjectOf } from '../statements/source-schemas.ts';
import type { DefinedSchema, TestCase } from './json-case.ts';

type Side = 'key' | 'value';
const SIDES: readonly Side[] = ['key', 'value'];

/** The schemas of one topic, by side. */
interface TopicSchemas {
  readonly key: DefinedSchema | null;
  readonly value: DefinedSchema | null;
}

/**
 * Registers the schemas that are there before a case's first statement: those its topics are defined with, those with
 * an id first; then for the sides that have none those of the columns that its CREATE statements declare.
 *
 * @param topics names in the order in which ids are given out.
 */
export async function registerSchemas(
  testCase: Pick<TestCase, 'topics'>,
  options: {
    readonly properties: ReadonlyMap<string, string>;
    readonly statements: readonly string[];
    readonly topics: readonly string[];
    readonly registry: EmbeddedRegistry;
  },
): Promise<void> {
  const { topics } = options;
  const registrar = new Registrar(options.registry);
  for (const { name, schemas } of testCase.topics) {
    for (const side of SIDES) {
      const schema = schemas[side];
      if (schema !== null && schema.id !== null)
        await registrar.register(subjectOf(name, side), schema);
    }
  }
  const byTopic = new Map<string, TopicSchemas>();
  for (const { name, schemas } of testCase.topics) byTopic.set(name, schemas);
  for (const source of declaredSources(options)) {
    const known = byTopic.get(source.topic);
    byTopic.set(source.topic, {
      key: known?.key ?? declaredSchema(source, 'key'),
      value: known?.value ?? declaredSchema(source, 'value'),
    });
  }
  for (const name of inHashOrder(topics)) {
    const schemas = byTopic.get(name);
    for (const side of SIDES) {
      const schema = schemas?.[side];
      if (schema?.id === null) await registrar.register(subjectOf(name, side), schema);
    }
  }
}

/** Gives out ids as cases count on them: from 1 on, equal schemas sharing one, whatever ids were given. */
class Registrar {
  readonly #registry: EmbeddedRegistry;
  readonly #ids = new Map<string, number>();
  #lastId = 0;
  #lastReferenceId = REFERENCE_ID;

  constructor(registry: EmbeddedRegistry) {
    this.#registry = registry;
  }

  async register(subject: string, { text, type, id, references }: DefinedSchema): Promise<void> {
    const registered: SchemaReference[] = [];
    for (const { name, type, text } of references) {
      const reference: SchemaText = { type, text, references: [] };
      // What a schema without an id of its own refers to takes none away from the schemas after it.
      const referenceId = id === null ? ++this.#lastReferenceId : this.#idOf(reference);
      const { version } = await this.#registerAs(name, reference, referenceId);
      registered.push({ name, subject: name, version });
    }
    const schema: SchemaText = { type, text, references: registered };
    await this.#registerAs(subject, schema, id ?? this.#idOf(schema));
  }

  async #registerAs(subject: string, schema: SchemaText, id: number): Promise<SubjectVersion> {
    const found = await this.#registry.find(subject, schema);
    return found ?? this.#registry.registerAs(subject, schema, id);
  }

  #idOf(schema: SchemaText): number {
    const form = JSON.stringify(schema);
    const id = this.#ids.get(form) ?? ++this.#lastId;
    this.#ids.set(form, id);
    return id;
  }
}

function declaredSchema(source: SourceDefinition, side: Side): DefinedSchema | null {
  const schema = derivedSchema(source, side);
  return schema === null ? null : { ...schema, references: [], id: null };
}

/** The sources that CREATE statements declare columns of; those that cannot be analyzed are left out. */
function declaredSources({
  properties,
  statements,
}: {
  readonly properties: ReadonlyMap<string, string>;
  readonly statements: readonly string[];
}): SourceDefinition[] {
  const defaults = formatDefaults(parseOverrides(Object.fromEntries(properties)));
  const sources: SourceDefinition[] = [];
  let catalog = Catalog.EMPTY;
  for (const sql of statements) {
    try {
      for (const { statement: written } of parseStatements(sql)) {
        const statement = expandTypes(written, catalog.types);
        if (statement.kind === 'createType') {
          catalog = catalog.withType(statement.name.name, resolveType(statement.type));
        } else if (statement.kind === 'createSource' && statement.columns.length > 0) {
          sources.push(analyzeCreateSource(withAnyKey(statement), { defaults, sql }).definition);
        }
      }
    } catch (error) {
      if (!(error instanceof SqlSyntaxError || error instanceof DatabaseError)) throw error;
    }
  }
  return sources;
}

/** The key of a table may be what a schema gives; its values have a schema of their own nevertheless. */
function withAnyKey(statement: CreateSourceNode): CreateSourceNode {
  const hasKey = statement.columns.some(({ role }) => role === 'PRIMARY KEY');
  return hasKey ? statement : { ...statement, sourceKind: 'STREAM' };
}

const BUCKETS = 16;
/** Beyond the ids that cases count on. */
const REFERENCE_ID = 1_000_000;

/** The order in which ids are given out: that of a hash map of 16 buckets by the names. */
function inHashOrder(names: readonly string[]): readonly string[] {
  return [...names].sort((a, b) => bucketOf(a) - bucketOf(b));
}

function bucketOf(name: string): number {
  let hash = 0;
  for (let i = 0; i < name.length; i++) hash = (Math.imul(hash, 31) + name.charCodeAt(i)) | 0;
  return (hash ^ (hash >>> 16)) & (BUCKETS - 1);
}
