import { expect, test } from 'vitest';
import { failureOf, readUpTo, readWhole, withoutLogin } from '../../src/base/http-client.ts';

const answer = (): Response => new Response('äbc');

test('a login in a URL is taken out of it, with what has no place in a base URL', () => {
  const { url, userInfo } = withoutLogin(new URL('https://an%40n:s%3Ae@host:8083/path?q=1#part'));
  expect(url.href).toBe('https://host:8083/path');
  expect(userInfo).toBe('an@n:s:e');
  expect(withoutLogin(new URL('http://host')).userInfo).toBeNull();
});

test('an answer is read up to its bound', async () => {
  expect(await readUpTo(answer(), 4)).toEqual({ text: 'äbc', isWhole: true });
  expect(await readUpTo(answer(), 3)).toEqual({ text: 'äb', isWhole: false });
  expect(await readWhole(answer(), 4)).toBe('äbc');
  await expect(readWhole(answer(), 3)).rejects.toThrow('its answer is over 3 bytes');
});

test('a failure is explained by its cause, and by the code of the system if there is one', () => {
  const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
  const failed = new TypeError('fetch failed', { cause: refused });
  expect(failureOf(failed)).toEqual({ reason: 'ECONNREFUSED', code: 'ECONNREFUSED' });
  const late = new Error('it did not answer within 5 ms');
  expect(failureOf(late)).toEqual({ reason: late.message, code: null });
  expect(failureOf('odd')).toEqual({ reason: 'odd', code: null });
});
