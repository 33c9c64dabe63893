import { createRequire } from 'node:module';
import type * as core from '@js-joda/core';
import type { Locale } from '@js-joda/locale';

/** The library of Java's dates, and the locale whose names we use. */
export type Joda = typeof core & { readonly US: Locale };

const load = createRequire(import.meta.url);
let loaded: Joda | null = null;

/**
 * The library of Java's dates, with time zones and English names. Loading it takes about 0.1 s, so that happens when
 * the first pattern or time zone is used.
 */
export function joda(): Joda {
  if (loaded !== null) return loaded;
  const library = load('@js-joda/core') as typeof core;
  load('@js-joda/timezone');
  load('@js-joda/locale/dist/prebuilt/en-us/index.js');
  const { Locale: locales } = load('@js-joda/locale') as { Locale: { US: Locale } };
  loaded = { ...library, US: locales.US };
  return loaded;
}
