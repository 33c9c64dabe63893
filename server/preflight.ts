import type { Exchange } from './exchange.ts';

const MAX_AGE_SECONDS = 600;

/**
 * Answers what a browser asks before it sends a request of another origin's page, if that page may use this server.
 * @param methods of the path; null when there is no such path.
 * @returns whether it was such a question.
 */
export function answerPreflight(exchange: Exchange, methods: string | null): boolean {
  const asks = exchange.header('access-control-request-method') !== undefined;
  if (exchange.request.method !== 'OPTIONS' || !asks) return false;
  if (exchange.corsHeaders === null || methods === null) return false;
  exchange.send(
    204,
    {
      'access-control-allow-methods': methods,
      'access-control-allow-headers':
        'authorization, content-type, accept, x-request-id, idempotency-key',
      'access-control-max-age': String(MAX_AGE_SECONDS),
    },
    '',
  );
  return true;
}
