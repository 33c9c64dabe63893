import { randomBytes } from 'node:crypto';

const GIVEN = /^[\w.:-]{1,64}$/;
const PREFIX = randomBytes(6).toString('hex');
let count = 0;

/**
 * The name of a request in logs and in the header `X-Request-Id` of its answer: the one the client gave it, if it is
 * a plain one, or one of our own that no other request has.
 */
export function requestIdOf(given: string | string[] | undefined): string {
  return typeof given === 'string' && GIVEN.test(given)
    ? given
    : `${PREFIX}-${(++count).toString(36)}`;
}
