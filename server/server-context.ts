import type { Logger } from '../src/base/logger.ts';
import type { Engine } from '../src/engine.ts';
import type { Admission } from './admission.ts';
import type { ServerLimits } from './limits.ts';
import type { ServerMetrics } from './metrics.ts';
import type { QueryRegistry } from './query-registry.ts';
import type { Authentication } from './security/authentication.ts';

/** What every endpoint of one server shares. */
export interface ServerContext {
  readonly engine: Engine;
  readonly admission: Admission;
  readonly authentication: Authentication;
  readonly queries: QueryRegistry;
  readonly metrics: ServerMetrics;
  readonly limits: ServerLimits;
  readonly logger: Logger;
  /** Of this package, for /info. */
  readonly version: string;
  /** Whether /ksql/terminate has ended the application. */
  readonly termination: { isDone: boolean };
  /** True once the server is being closed: no new request is taken. */
  readonly isClosing: () => boolean;
}
