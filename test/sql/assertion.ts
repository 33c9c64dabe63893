import { parseSqlAssertion, type SqlAssertion } from '../../src/testing/sql-assertion.ts';

/** What an ASSERT says: the forms `millrace test` knows, and that a source has no further record. */
export type Assertion = SqlAssertion | { readonly kind: 'end'; readonly name: string };

const END = /^ASSERT\s+NO\s+MORE\s+VALUES\s+(\S+)\s*;$/i;

/**
 * Understands `ASSERT NO MORE VALUES s` and what `millrace test` does; null for any other statement, as the ASSERT TOPIC
 * and ASSERT SCHEMA of the dialect itself.
 */
export function parseAssertion(sql: string): Assertion | null {
  const name = END.exec(sql)?.[1];
  if (name !== undefined) return { kind: 'end', name: nameOf(name) };
  const assertion = parseSqlAssertion(sql);
  if (assertion !== null || /^ASSERT\s+(?:NOT\s+EXISTS\s+)?(?:TOPIC|SCHEMA)\b/i.test(sql)) {
    return assertion;
  }
  if (/^ASSERT\b/i.test(sql)) throw new Error(`no such form of ASSERT: ${sql}`);
  return null;
}

function nameOf(text: string): string {
  return /^[`"]/.test(text) ? text.slice(1, -1) : text.toUpperCase();
}
