import { maskConnectorSettings } from '../../grammar/mask-settings.ts';
import type { Logger } from '../../src/base/logger.ts';
import { redact } from '../../src/base/redact.ts';
import type { Principal } from './roles.ts';

const TEXT_LENGTH_MAX = 2_000;
/** Of rows there may be many thousands a second, and their values are not the log's to tell. */
const ROWS_ONLY = /^\s*insert\s+into\s+\S+\s*(?:\([^)]*\)\s*)?values\b/i;
const PULL = /^\s*select\b(?![\s\S]*\bemit\s+(?:changes|final)\b)/i;

/** Who ran what, and what became of it. */
export interface AuditEntry {
  readonly requestId: string;
  readonly principal: Principal;
  /** As sent. */
  readonly sql: string;
  /** Null when it was done; else the error's code. */
  readonly error: string | null;
  readonly milliseconds: number;
}

/**
 * Writes one line of the audit log: at the level of information, but for rows inserted and pull queries, which are
 * told when the level is `debug`, or when they were refused.
 */
export function audit(logger: Logger, entry: AuditEntry): void {
  const { requestId, principal, sql, error, milliseconds } = entry;
  const isFrequent = error === null && (ROWS_ONLY.test(sql) || PULL.test(sql));
  if (isFrequent && logger.isLevelEnabled?.('debug') === false) return;
  const fields = {
    audit: true,
    requestId,
    principal: principal.name,
    role: principal.role,
    statement: shownText(sql),
    outcome: error ?? 'done',
    milliseconds: Math.round(milliseconds),
  };
  if (isFrequent) logger.debug(fields, 'statement');
  else logger.info(fields, 'statement');
}

function shownText(sql: string): string {
  const rows = ROWS_ONLY.exec(sql);
  if (rows !== null) return `${rows[0]} ...`;
  const text = redact(maskConnectorSettings(sql, () => `'[redacted]'`));
  return text.length <= TEXT_LENGTH_MAX ? text : `${text.slice(0, TEXT_LENGTH_MAX)}...`;
}
