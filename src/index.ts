/** The engine without a server: `import { openDatabase } from 'millrace'`. */
export { openDatabase, type Database, type DatabaseOptions } from './database.ts';
export { DatabaseError, type ErrorCode } from './base/errors.ts';
export type { Clock, Env, File, FileSystem, Random } from './base/env.ts';
export type { Logger } from './base/logger.ts';
export type { QueryBatch, QueryColumn, QueryResult, StatementOptions } from './engine.ts';
export type { Acknowledgement, NewRecord } from './runtime/ingest.ts';
export type { Entity } from './api/entities.ts';
export type { Row, SqlType, Value } from './sql/types.ts';
