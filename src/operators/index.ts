import { aggregate } from './aggregate.ts';
import type { AggregateStep } from './aggregate-step.ts';
import { filterStream, type FilterStreamStep } from './filter-stream.ts';
import { filterTable, type FilterTableStep } from './filter-table.ts';
import { flatMap, type FlatMapStep } from './flat-map.ts';
import { groupBy, type GroupByStep } from './group-by.ts';
import { joinForeignKey, type JoinForeignKeyStep } from './join-foreign-key.ts';
import { joinForeignKeyLeft, type JoinForeignKeyLeftStep } from './join-foreign-key-left.ts';
import { joinForeignKeyResult, type JoinForeignKeyResultStep } from './join-foreign-key-result.ts';
import { joinStreamStream, type JoinStreamStreamStep } from './join-stream-stream.ts';
import { joinStreamTable, type JoinStreamTableStep } from './join-stream-table.ts';
import { joinTableTable, type JoinTableTableStep } from './join-table-table.ts';
import { materialize, type MaterializeStep } from './materialize.ts';
import type { Operator, OperatorContext, OperatorDefinition, StateSpec } from './operator.ts';
import { partitionBy, type PartitionByStep } from './partition-by.ts';
import { select, type SelectStep } from './select.ts';

/** Every step that an operator runs. Sources, repartitions and sinks belong to the task (see plan/physical-plan.ts). */
export type OperatorStep =
  | AggregateStep
  | FilterStreamStep
  | FilterTableStep
  | FlatMapStep
  | GroupByStep
  | JoinForeignKeyLeftStep
  | JoinForeignKeyResultStep
  | JoinForeignKeyStep
  | JoinStreamStreamStep
  | JoinStreamTableStep
  | JoinTableTableStep
  | MaterializeStep
  | PartitionByStep
  | SelectStep;

const operators: {
  readonly [K in OperatorStep['kind']]: OperatorDefinition<Extract<OperatorStep, { kind: K }>>;
} = {
  Aggregate: aggregate,
  FilterStream: filterStream,
  FilterTable: filterTable,
  FlatMap: flatMap,
  GroupBy: groupBy,
  JoinForeignKey: joinForeignKey,
  JoinForeignKeyLeft: joinForeignKeyLeft,
  JoinForeignKeyResult: joinForeignKeyResult,
  JoinStreamStream: joinStreamStream,
  JoinStreamTable: joinStreamTable,
  JoinTableTable: joinTableTable,
  Materialize: materialize,
  PartitionBy: partitionBy,
  Select: select,
};

function definitionOf(step: OperatorStep): OperatorDefinition<OperatorStep> {
  return operators[step.kind] as unknown as OperatorDefinition<OperatorStep>;
}

/** One line about the step for EXPLAIN. */
export function explainStep(step: OperatorStep): string {
  return definitionOf(step).explain(step);
}

/** The tables the step keeps. */
export function statesOf(step: OperatorStep): readonly StateSpec[] {
  return definitionOf(step).states(step);
}

/** Whether an operator runs the step; the others belong to the task. */
export function isOperatorStep(step: { readonly kind: string }): step is OperatorStep {
  return Object.hasOwn(operators, step.kind);
}

/** An operator that runs the step for one partition. */
export function createOperator(step: OperatorStep, context: OperatorContext): Operator {
  return definitionOf(step).create(step, context);
}
