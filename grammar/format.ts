import type { StatementNode } from './ast.ts';
import type { StatementDefinition } from './rules.ts';
import { statements } from './statements/index.ts';

export { formatExpression } from './format-expression.ts';

const definitions: ReadonlyMap<StatementNode['kind'], StatementDefinition> = new Map(
  statements.flatMap((definition) => definition.kinds.map((kind) => [kind, definition] as const)),
);

/** SQL of a statement on one line, with its `;`. It parses back to the same tree, locations aside. */
export function formatStatement(node: StatementNode): string {
  return `${formatInner(node)};`;
}

function formatInner(node: StatementNode): string {
  const definition = definitions.get(node.kind);
  if (definition === undefined) throw new Error(`no statement definition for ${node.kind}`);
  return definition.format(node, formatInner);
}
