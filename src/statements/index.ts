import type { StatementNode } from '../../grammar/ast.ts';
import { alterSource } from './alter-source.ts';
import { alterSystem } from './alter-system.ts';
import { assertSchema } from './assert-schema.ts';
import { assertTopic } from './assert-topic.ts';
import { createAsSelect } from './create-as-select.ts';
import { createConnector } from './create-connector.ts';
import { createSource } from './create-source.ts';
import { createType, dropType } from './custom-type.ts';
import { describe } from './describe.ts';
import { describeConnector } from './describe-connector.ts';
import { describeFunction } from './describe-function.ts';
import { dropConnector } from './drop-connector.ts';
import { dropSource } from './drop-source.ts';
import type { StatementDefinition } from './executor.ts';
import { explain } from './explain.ts';
import { insertSelect } from './insert-select.ts';
import { insertValues } from './insert-values.ts';
import { list } from './list.ts';
import { listConnectors } from './list-connectors.ts';
import { pause } from './pause.ts';
import { setProperty, unsetProperty } from './set-property.ts';
import { terminate } from './terminate.ts';
import { define, undefine } from './variable.ts';

/** Statements that answer with rows instead of an entity; they go to the query endpoints. */
export type RowStatementKind = 'select' | 'print';

type ExecutedNode = Exclude<StatementNode, { kind: RowStatementKind }>;

const statements: {
  readonly [K in ExecutedNode['kind']]: StatementDefinition<Extract<ExecutedNode, { kind: K }>>;
} = {
  createSource,
  createAsSelect,
  insertValues,
  insertSelect,
  dropSource,
  alterSource,
  alterSystem,
  assertTopic,
  assertSchema,
  createConnector,
  dropConnector,
  listConnectors,
  describeConnector,
  createType,
  dropType,
  pause,
  define,
  undefine,
  terminate,
  list,
  describe,
  describeFunction,
  explain,
  set: setProperty,
  unset: unsetProperty,
};

/** The definition of a statement; null for SELECT and PRINT. */
export function definitionOf(node: StatementNode): StatementDefinition<StatementNode> | null {
  if (node.kind === 'select' || node.kind === 'print') return null;
  return statements[node.kind] as unknown as StatementDefinition<StatementNode>;
}
