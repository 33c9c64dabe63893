import type { StatementNode } from '../ast.ts';
import type { StatementDefinition } from '../rules.ts';
import { alterSource } from './alter-source.ts';
import { alterSystem } from './alter-system.ts';
import { assert } from './assert.ts';
import { createConnector, describeConnector, dropConnector, listConnectors } from './connector.ts';
import { createSource } from './create-source.ts';
import { describe } from './describe.ts';
import { dropSource } from './drop-source.ts';
import { explain } from './explain.ts';
import { insert } from './insert.ts';
import { list } from './list.ts';
import { pause } from './pause.ts';
import { print } from './print.ts';
import { select } from './select.ts';
import { set, unset } from './set.ts';
import { terminate } from './terminate.ts';
import { createType, dropType } from './type.ts';
import { define, undefine } from './variable.ts';

const all = [
  createConnector,
  createSource,
  insert,
  select,
  dropSource,
  alterSource,
  alterSystem,
  assert,
  dropConnector,
  listConnectors,
  describeConnector,
  createType,
  dropType,
  terminate,
  pause,
  define,
  undefine,
  list,
  describe,
  explain,
  print,
  set,
  unset,
] as const;

type NodeOf<Definition> = Definition extends StatementDefinition<infer Node> ? Node : never;
type Missing = Exclude<StatementNode, NodeOf<(typeof all)[number]>>;

/** Every statement of the dialect. Does not compile while a statement node of the tree has no definition. */
export const statements: [Missing] extends [never] ? readonly StatementDefinition[] : Missing =
  all as readonly unknown[] as readonly StatementDefinition[];
