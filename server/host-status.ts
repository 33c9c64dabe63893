import type { Entity, QueryDescription } from '../src/api/entities.ts';

/** Says in descriptions of queries in which state they are on this server, as clients reach it: `host:port`. */
export function withHostStatus(entity: Entity, host: string): Entity {
  switch (entity['@type']) {
    case 'queryDescription':
      return { ...entity, queryDescription: described(entity.queryDescription, host) };
    case 'query_descriptions':
      return {
        ...entity,
        queryDescriptions: entity.queryDescriptions.map((query) => described(query, host)),
      };
    default:
      return entity;
  }
}

function described(query: QueryDescription, host: string): QueryDescription {
  if (query.state === null) return query;
  return { ...query, ksqlHostQueryStatus: { [host]: query.state } };
}
