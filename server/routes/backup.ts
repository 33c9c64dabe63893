import { isAbsolute } from 'node:path';
import { DatabaseError } from '../../src/base/errors.ts';
import { MEDIA_JSON, MEDIA_KSQL_V1 } from '../media-types.ts';
import { parseDirectory } from '../topic-request.ts';
import { requireAllTopics } from '../security/topic-rules.ts';
import type { RouteDefinition } from './route.ts';

export const backup: RouteDefinition = {
  method: 'POST',
  path: '/v1/backup',
  summary: 'Copies the running database to a new directory of the server: {directory}.',
  offers: [MEDIA_JSON, MEDIA_KSQL_V1],
  labelsErrors: true,
  async handle({ exchange, body, context }) {
    requireAllTopics(exchange.principal);
    const directory = parseDirectory(body);
    if (!isAbsolute(directory)) {
      throw new DatabaseError(
        'BAD_REQUEST',
        `The directory of a backup must be an absolute path on the server; found ${JSON.stringify(directory)}.`,
      );
    }
    const answer = await context.engine.backup(directory);
    exchange.send(200, { 'content-type': MEDIA_JSON }, JSON.stringify(answer));
  },
};
