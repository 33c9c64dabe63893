import { RE2JS } from 're2js';
import { quoteIdentifier } from '../../grammar/names.ts';
import { DatabaseError } from '../base/errors.ts';
import type { Catalog } from '../catalog/catalog.ts';

/**
 * The statements that leave nothing of a catalog: every query ends, every source goes, and the topics of sources whose
 * topic one of the patterns (regular expressions) matches as a whole go with them.
 * @throws DatabaseError BAD_REQUEST for a pattern that is none.
 */
export function statementsToTerminateAll(catalog: Catalog, patterns: readonly string[]): string {
  const topics = patterns.map(compilePattern);
  const statements = catalog.queries.length === 0 ? [] : ['TERMINATE ALL;'];
  const left = new Map<string, number>();
  for (const { topic } of catalog.sources) left.set(topic, (left.get(topic) ?? 0) + 1);
  for (const { kind, name, topic, readOnly } of catalog.sources) {
    const others = (left.get(topic) ?? 1) - 1;
    left.set(topic, others);
    const goes = others === 0 && readOnly !== true && topics.some((each) => each.matches(topic));
    const suffix = goes ? ' DELETE TOPIC' : '';
    statements.push(`DROP ${kind} ${quoteIdentifier(name)}${suffix};`);
  }
  return statements.join('\n');
}

/** Linear in the length of the topic, whatever the pattern. */
function compilePattern(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    throw new DatabaseError('BAD_REQUEST', `Invalid pattern: ${pattern}`, { cause: error });
  }
}
