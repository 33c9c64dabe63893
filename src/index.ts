/** The engine without a server: `import { openDatabase } from 'millrace'`. */
export { openDatabase, type Database, type DatabaseOptions } from './database.ts';
export { DatabaseError, type ErrorCode } from './base/errors.ts';
export type { Clock, Env, File, FileSystem, Random } from './base/env.ts';
export type { Logger } from './base/logger.ts';
export type { QueryBatch, QueryColumn, QueryResult, StatementOptions } from './engine.ts';
export type { Acknowledgement, NewRecord } from './runtime/ingest.ts';
export type { Entity } from './api/entities.ts';
export { addFunctions, type FunctionDefinitions } from './functions/known-functions.ts';
export {
  arrayOf,
  lambdaOf,
  mapOf,
  overload,
  overloadPerUse,
  parameter,
  type ScalarFunction,
  type ScalarOverload,
} from './functions/function.ts';
export type { Aggregate, AggregateDefinition } from './functions/aggregate.ts';
export type { TableFunction, TableFunctionDefinition } from './functions/table-function.ts';
export { EvaluationError } from './sql/evaluation-error.ts';
export type { Row, SqlType, Value } from './sql/types.ts';
