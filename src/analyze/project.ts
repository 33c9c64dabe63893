import type { QueryNode } from '../../grammar/ast.ts';
import { printExpression } from '../expressions/print.ts';
import type { Column } from '../sql/schema.ts';
import { errorAt } from './error-at.ts';
import type { LogicalNode, LogicalProject, NamedExpression, OutputColumn } from './logical-plan.ts';
import type { Relation } from './relation.ts';
import { isPseudoColumn } from './scope.ts';
import { isBareWindowBound, type SelectedItem } from './select-items.ts';

/** The key of a join, which any of several columns can name. */
export const JOIN_KEY_NOUN = 'join expression';

/** The SELECT list over the rows of `node`. */
export interface Selection {
  readonly node: LogicalNode;
  readonly items: readonly SelectedItem[];
  /** What the key of the rows is called in messages: `grouping expression`. */
  readonly keyNoun: string;
}

interface Projection {
  readonly root: LogicalProject;
  readonly output: readonly OutputColumn[];
}

/** The root of a push or pull query: the key columns of its input, then every item. */
export function projectForClient({ node, items }: Selection): Projection {
  refuseDuplicates(items);
  const keys = node.schema.keys.map(({ name, type }, index) => ({
    name,
    expression: { kind: 'column', type, index, name } as const,
  }));
  const values = items.map(({ name, expression }) => ({ name, expression }));
  const output = items.map(({ name, expression }, index) => ({
    name,
    type: expression.type,
    index: keys.length + index,
  }));
  return { root: project(node, keys, values), output };
}

/**
 * The root of a persistent query, which must hold every key column of its input exactly once and at least one value.
 * @throws DatabaseError BAD_STATEMENT saying which rule of section 5.2 of the dialect reference is broken.
 */
export function projectForSink(
  query: QueryNode,
  relation: Relation,
  selection: Selection,
): Projection {
  const { node } = selection;
  const items = selection.items.filter((item) => !isBareWindowBound(item));
  refuseReserved(items, node);
  const keyItems = node.schema.keys.map((_, index) =>
    keyItem(query, relation, selection, items, index),
  );
  const valueItems = items.filter((item) => !keyItems.includes(item));
  if (valueItems.length === 0) {
    throw errorAt(
      'BAD_STATEMENT',
      query,
      'The projection contains no value columns: select at least one that is not a key. AS_VALUE(k) copies a key.',
    );
  }
  refuseDuplicates(items);
  const keys = keyItems.map(({ name, expression }) => ({ name, expression }));
  const values = valueItems.map(({ name, expression }) => ({ name, expression }));
  const output = items.map((item) => ({
    name: item.name,
    type: item.expression.type,
    index: keyItems.includes(item)
      ? keyItems.indexOf(item)
      : keys.length + valueItems.indexOf(item),
  }));
  return { root: project(node, keys, values), output };
}

function project(
  input: LogicalNode,
  keys: readonly NamedExpression[],
  values: readonly NamedExpression[],
): LogicalProject {
  return {
    kind: 'project',
    input,
    keys,
    values,
    result: input.result,
    schema: { keys: keys.map(asColumn), values: values.map(asColumn), window: input.schema.window },
  };
}

function asColumn({ name, expression }: NamedExpression): Column {
  return { name, type: expression.type };
}

function isKeyColumn(item: SelectedItem, index: number): boolean {
  return item.expression.kind === 'column' && item.expression.index === index;
}

/** The one item that is the key column of that index. */
function keyItem(
  query: QueryNode,
  relation: Relation,
  selection: Selection,
  items: readonly SelectedItem[],
  index: number,
): SelectedItem {
  const [first, second] = items.filter((item) => isKeyColumn(item, index));
  if (first === undefined) throw missingKeys(query, relation, selection, items);
  if (second === undefined) return first;
  throw errorAt(
    'BAD_STATEMENT',
    second.node,
    `The projection contains the key column \`${selection.node.schema.keys[index]?.name}\` more than once, as ${first.name} and ${second.name}. Use AS_VALUE to copy it into the value.`,
  );
}

function missingKeys(
  query: QueryNode,
  relation: Relation,
  { node, keyNoun }: Selection,
  items: readonly SelectedItem[],
): Error {
  const missing = [...node.schema.keys.keys()].filter(
    (index) => !items.some((item) => isKeyColumn(item, index)),
  );
  const { join } = relation;
  const isJoinKey = join !== null && keyNoun === JOIN_KEY_NOUN;
  if (isJoinKey && join.isWholeKey) {
    const [table] = relation.sources;
    const names = missing.map((index) => join.viable[index]?.name);
    return errorAt(
      'BAD_STATEMENT',
      query,
      `Primary key column missing in projection. For foreign-key table-table joins, the projection must include all primary key columns from the left input table (\`${table?.alias}\`). Missing column${names.length > 1 ? 's' : ''}: ${names.map((name) => `\`${name}\``).join(', ')}.`,
    );
  }
  const names = isJoinKey
    ? join.viable.map(({ qualifier, name }) => (qualifier === '' ? name : `${qualifier}.${name}`))
    : missing.map((index) => keyText(node, index));
  const why =
    isJoinKey && join.synthetic !== null
      ? `\n${join.synthetic.name} was added as a synthetic key column because the join criteria did not match any source column. This expression must be included in the projection and may be aliased.`
      : '';
  const noun = missing.length > 1 ? `${keyNoun}s` : keyNoun;
  return errorAt(
    'BAD_STATEMENT',
    query,
    `Key missing from projection: the result is keyed by the ${noun} ${names.join(isJoinKey ? ' or ' : ', ')}, so SELECT must contain it (SELECT ${names[0]}, ...).${why}`,
  );
}

/** A key column as the statement would write it. */
function keyText(node: LogicalNode, index: number): string {
  if (node.kind === 'filter' || node.kind === 'flatMap') return keyText(node.input, index);
  const name = node.schema.keys[index]!.name;
  if (node.kind !== 'partitionBy' && node.kind !== 'aggregate') return name;
  const { expression } = (node.kind === 'aggregate' ? node.groupBy : node.keys)[index]!;
  return expression.kind === 'column' ? name : printExpression(expression);
}

/** Pseudo columns become columns of the sink only under another name, unless they are its key. */
function refuseReserved(items: readonly SelectedItem[], node: LogicalNode): void {
  for (const item of items) {
    const isKey = node.schema.keys.some((_, index) => isKeyColumn(item, index));
    if (isPseudoColumn(item.name) && !isKey) {
      throw errorAt(
        'BAD_STATEMENT',
        item.node,
        `Reserved column name in select: \`${item.name}\`. Please remove or alias the column.`,
      );
    }
  }
}

function refuseDuplicates(items: readonly SelectedItem[]): void {
  const names = new Set<string>();
  for (const { name, node } of items) {
    if (names.has(name)) {
      throw errorAt(
        'BAD_STATEMENT',
        node,
        `The projection contains a column called \`${name}\` more than once. Give one of them an alias.`,
      );
    }
    names.add(name);
  }
}
