import type {
  ArrayNode,
  DereferenceNode,
  ExpressionNode,
  MapNode,
  StructNode,
  SubscriptNode,
} from '../../grammar/ast.ts';
import { didYouMean } from '../catalog/did-you-mean.ts';
import type { DereferenceExpression, Expression } from '../expressions/expression.ts';
import { printExpression } from '../expressions/print.ts';
import { canConvertArgument } from '../sql/coerce.ts';
import { formatType, typesEqual, type SqlType } from '../sql/types.ts';
import { toCommonType, type Member } from './common-type.ts';
import { errorAt, type Located } from './error-at.ts';
import type { ExpressionAnalyzer } from './expressions.ts';
import { nullOf } from './literals.ts';

/** `a[i]` and `m[k]`. */
export function analyzeSubscript(node: SubscriptNode, analyzer: ExpressionAnalyzer): Expression {
  const base = analyzer.analyze(node.base);
  switch (base?.type.kind) {
    case 'ARRAY': {
      const index = analyzer.analyze(node.index);
      if (index?.type.kind === 'INTEGER') {
        return { kind: 'subscript', type: base.type.element, base, index };
      }
      throw errorAt(
        'TYPE_MISMATCH',
        node.index,
        `The index of the array ${printExpression(base)} must be INTEGER, but found ${found(index)}.`,
      );
    }
    case 'MAP': {
      const index = mapKey(node, base, base.type.key, analyzer);
      return { kind: 'subscript', type: base.type.value, base, index };
    }
    default: {
      const hint = base?.type.kind === 'STRUCT' ? ' Fields of a STRUCT are read by s->field.' : '';
      throw errorAt(
        'TYPE_MISMATCH',
        node,
        `The subscript [...] needs an ARRAY or a MAP before it, but found ${found(base)}.${hint}`,
      );
    }
  }
}

function mapKey(
  node: SubscriptNode,
  base: Expression,
  type: SqlType,
  analyzer: ExpressionAnalyzer,
): Expression {
  const key = analyzer.analyzeAs(node.index, type);
  if (typesEqual(key.type, type)) return key;
  if (canConvertArgument(key.type, type)) {
    return { kind: 'cast', type, operand: key, implicit: true };
  }
  throw errorAt(
    'TYPE_MISMATCH',
    node.index,
    `The keys of the map ${printExpression(base)} are ${formatType(type)}, but found ${found(key)}.`,
  );
}

/**
 * `s->f`.
 * @throws DatabaseError TYPE_MISMATCH when there is no struct before the arrow, UNKNOWN_COLUMN for a field it lacks.
 */
export function analyzeDereference(
  node: DereferenceNode,
  analyzer: ExpressionAnalyzer,
): Expression {
  const base = analyzer.analyze(node.base);
  const fields = fieldsOf(node, base);
  const field = fields.find((candidate) => candidate.field === node.field.name);
  if (field !== undefined) return field;
  const names = fields.map((candidate) => candidate.field);
  const known = names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`;
  throw errorAt(
    'UNKNOWN_COLUMN',
    node.field,
    `There is no field ${node.field.name} in ${base === null ? 'NULL' : printExpression(base)}: ${known}.${didYouMean(node.field.name, names)}`,
  );
}

/**
 * Access to each field of a struct, in order, as `s->*` selects them.
 * @throws DatabaseError TYPE_MISMATCH when it is no struct.
 */
export function fieldsOf(node: Located, base: Expression | null): readonly DereferenceExpression[] {
  if (base?.type.kind === 'STRUCT') {
    return base.type.fields.map(({ name, type }, fieldIndex) => ({
      kind: 'dereference',
      type,
      base,
      fieldIndex,
      field: name,
    }));
  }
  throw errorAt(
    'TYPE_MISMATCH',
    node,
    `The arrow -> needs a STRUCT before it, but found ${found(base)}.`,
  );
}

/** `ARRAY[...]`: the elements are brought to one type, which NULL elements take on. */
export function analyzeArray(node: ArrayNode, analyzer: ExpressionAnalyzer): Expression {
  const { type, expressions } = membersOf(node, analyzer, {
    parts: node.elements,
    what: 'ARRAY[...]',
    noun: 'element',
  });
  return { kind: 'array', type: { kind: 'ARRAY', element: type }, elements: expressions };
}

/** `MAP(k := v, ...)`: keys and values are each brought to one type. */
export function analyzeMap(node: MapNode, analyzer: ExpressionAnalyzer): Expression {
  const keys = membersOf(node, analyzer, {
    parts: node.entries.map(({ key }) => key),
    what: 'MAP(...)',
    noun: 'key',
  });
  refuseSameKeys(node, keys.written);
  const values = membersOf(node, analyzer, {
    parts: node.entries.map(({ value }) => value),
    what: 'MAP(...)',
    noun: 'value',
  });
  return {
    kind: 'map',
    type: { kind: 'MAP', key: keys.type, value: values.type },
    entries: keys.expressions.map((key, index) => ({ key, value: values.expressions[index]! })),
  };
}

function refuseSameKeys(node: MapNode, keys: readonly (Expression | null)[]): void {
  const texts = new Set<string>();
  for (const [index, key] of keys.entries()) {
    const text = key === null ? 'NULL' : printExpression(key);
    if (texts.has(text)) {
      throw errorAt(
        'BAD_STATEMENT',
        node.entries[index]!.key,
        `MAP(...) has the key ${text} twice.`,
      );
    }
    texts.add(text);
  }
}

/** `STRUCT(f := v, ...)`. */
export function analyzeStruct(node: StructNode, analyzer: ExpressionAnalyzer): Expression {
  const names = new Set<string>();
  const members = node.fields.map((field) => {
    const { name } = field.name;
    if (names.has(name)) {
      throw errorAt('BAD_STATEMENT', field.name, `STRUCT(...) has the field ${name} twice.`);
    }
    names.add(name);
    const value = analyzer.analyze(field.value);
    if (value !== null) return { name, value };
    throw errorAt(
      'BAD_STATEMENT',
      field.value,
      `The field ${name} of STRUCT(...) cannot be a bare NULL, as its type is unknown: write CAST(NULL AS VARCHAR), or another type.`,
    );
  });
  return {
    kind: 'struct',
    type: {
      kind: 'STRUCT',
      fields: members.map(({ name, value }) => ({ name, type: value.type })),
    },
    values: members.map(({ value }) => value),
  };
}

interface Members {
  readonly type: SqlType;
  /** Before they were converted; null for a bare NULL. */
  readonly written: readonly (Expression | null)[];
  readonly expressions: readonly Expression[];
}

function membersOf(
  node: Located,
  analyzer: ExpressionAnalyzer,
  {
    parts,
    what,
    noun,
  }: { readonly parts: readonly ExpressionNode[]; readonly what: string; readonly noun: string },
): Members {
  const written = parts.map((part) => analyzer.analyze(part));
  const members = written.flatMap((expression, index): Member[] =>
    expression === null ? [] : [{ node: parts[index]!, expression }],
  );
  const converted = toCommonType(members);
  const type = converted[0]?.type;
  if (type === undefined) {
    throw errorAt(
      'BAD_STATEMENT',
      node,
      `${what} needs at least one ${noun} that is not NULL, as its type is unknown otherwise. Cast one: CAST(NULL AS VARCHAR).`,
    );
  }
  let next = 0;
  const expressions = written.map((expression) =>
    expression === null ? nullOf(type) : converted[next++]!,
  );
  return { type, written, expressions };
}

function found(expression: Expression | null): string {
  if (expression === null) return 'a bare NULL';
  return `${printExpression(expression)}, which is ${formatType(expression.type)}`;
}
