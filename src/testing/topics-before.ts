import type { PropertyNode } from '../../grammar/ast.ts';
import { SqlSyntaxError } from '../../grammar/errors.ts';
import { parseStatements } from '../../grammar/parser.ts';
import type { TestCase } from './json-case.ts';

const PARTITIONS_DEFAULT = 4;
/** Of topics that a case lists. */
const LISTED_DEFAULT = 1;

/**
 * The topics that exist before a case's first statement, by name, with their partition counts: those it lists; those
 * its CREATE statements declare columns over; those it feeds. The topics of results appear with their queries.
 */
export function topicsBefore(
  { topics, inputs }: Pick<TestCase, 'topics' | 'inputs'>,
  statements: readonly string[],
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const add = (name: string, partitionCount: number): void => {
    if (!counts.has(name)) counts.set(name, partitionCount);
  };
  const declared = statements.flatMap((sql) => declaredTopic(sql) ?? []);
  for (const { name, partitionCount } of topics) {
    // Where a case leaves it open, a statement that says it must not find another count.
    const said = declared.find((topic) => topic.name === name)?.said;
    add(name, partitionCount ?? said ?? LISTED_DEFAULT);
  }
  for (const { name, said } of declared) add(name, said ?? PARTITIONS_DEFAULT);
  for (const { topic } of inputs) add(topic, PARTITIONS_DEFAULT);
  return counts;
}

/** The topic of a CREATE with columns; null for any other statement, also one that cannot be parsed. */
function declaredTopic(sql: string): { name: string; said: number | null } | null {
  try {
    for (const { statement } of parseStatements(sql)) {
      if (statement.kind !== 'createSource') continue;
      const name = property(statement.properties, 'KAFKA_TOPIC');
      const said = property(statement.properties, 'PARTITIONS');
      if (name !== null) return { name, said: said === null ? null : Number(said) };
    }
  } catch (error) {
    if (!(error instanceof SqlSyntaxError)) throw error;
  }
  return null;
}

function property(properties: readonly PropertyNode[], name: string): string | null {
  const value = properties.find((each) => each.name === name)?.value;
  if (value === undefined || value.type === 'NULL') return null;
  return 'text' in value ? value.text : String(value.value);
}
