import type { CurrentStatusEntity, Warning, WarningEntity } from '../api/entities.ts';

/** The answer to a durable statement that succeeded. */
export function succeeded(options: {
  sql: string;
  commandId: string;
  message: string;
  number: number;
  queryId?: string | null;
  /** Default: none. */
  warnings?: readonly Warning[];
}): CurrentStatusEntity {
  return {
    '@type': 'currentStatus',
    statementText: options.sql,
    commandId: options.commandId,
    commandStatus: {
      status: 'SUCCESS',
      message: options.message,
      queryId: options.queryId ?? null,
    },
    commandSequenceNumber: options.number,
    warnings: options.warnings ?? [],
  };
}

/** The answer to a statement that had nothing to do. */
export function nothingToDo(sql: string, message: string): WarningEntity {
  return { '@type': 'warning_entity', statementText: sql, message, warnings: [] };
}
