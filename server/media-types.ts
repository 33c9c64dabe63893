import { DatabaseError } from '../src/base/errors.ts';

/** The version 1 shape: an array of objects, a member a line. */
export const MEDIA_KSQL_V1 = 'application/vnd.ksql.v1+json';
/** A header line, then an array per row, a line each. */
export const MEDIA_DELIMITED = 'application/vnd.ksqlapi.delimited.v1';
export const MEDIA_JSON = 'application/json';
/** What Confluent's schema registry speaks. */
export const MEDIA_REGISTRY_V1 = 'application/vnd.schemaregistry.v1+json';
export const MEDIA_REGISTRY = 'application/vnd.schemaregistry+json';

/** The version 1 shape, the rows as protobuf messages. */
export const MEDIA_PROTOBUF = 'application/vnd.ksql.v1+protobuf';

export type MediaType =
  typeof MEDIA_KSQL_V1 | typeof MEDIA_DELIMITED | typeof MEDIA_JSON | typeof MEDIA_PROTOBUF;

/**
 * The media type to answer in: of the client's types, highest q first and in the order sent, the
 * first that is offered; a wildcard takes the first offer it covers. Without an Accept header it is
 * the first offer.
 * @param offers preferred first, at least one.
 * @throws DatabaseError NOT_ACCEPTABLE when the client takes none of them.
 */
export function negotiate<T extends string>(accept: string | undefined, offers: readonly T[]): T {
  if (accept === undefined || accept.trim() === '') return offers[0]!;
  for (const range of parseAccept(accept)) {
    const offer = offers.find((type) => covers(range, type));
    if (offer !== undefined) return offer;
  }
  throw new DatabaseError(
    'NOT_ACCEPTABLE',
    `Accept: none of the types asked for is offered here. This endpoint answers ${offers.join(', ')}.`,
  );
}

/** Media ranges in lower case, without those of q=0, the most wanted first. */
function parseAccept(accept: string): string[] {
  return accept
    .split(',')
    .map((part) => {
      const [range = '', ...parameters] = part.split(';');
      const quality = parameters.map((text) => /^\s*q\s*=\s*([\d.]+)\s*$/i.exec(text)?.[1]);
      return {
        range: range.trim().toLowerCase(),
        quality: Number(quality.find((text) => text !== undefined) ?? 1),
      };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality)
    .map(({ range }) => range);
}

function covers(range: string, type: string): boolean {
  return range === type || range === '*/*' || range === 'application/*';
}

const READABLE_BODY = /^application\/(?:[\w.-]+\+)?json$/;
const FORM_OR_TEXT = [
  '',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'application/octet-stream',
];

/**
 * Checks that a body of this content type may be read as JSON. JSON types always may. A form, text,
 * bytes or no type at all is what `curl -d` sends, but also what a page of a foreign site can send
 * without asking first: those are read only when no browser marked the request.
 * @param fromBrowser the request carries Origin or Sec-Fetch-Site.
 * @throws DatabaseError UNSUPPORTED_MEDIA_TYPE.
 */
export function checkBodyType(contentType: string | undefined, fromBrowser: boolean): void {
  const type = (contentType ?? '').split(';')[0]!.trim().toLowerCase();
  if (READABLE_BODY.test(type) || type === MEDIA_DELIMITED) return;
  if (FORM_OR_TEXT.includes(type) && !fromBrowser) return;
  throw new DatabaseError(
    'UNSUPPORTED_MEDIA_TYPE',
    `Content-Type: found ${type === '' ? 'none' : type}, expected ${MEDIA_JSON} or ${MEDIA_KSQL_V1}.`,
  );
}
