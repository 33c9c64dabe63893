/** What times given as numbers may be, both ends included. */

/** TIME, milliseconds of the day; the end of the day counts. */
export const TIME_MAX = 86_400_000;

/** DATE, epoch days: 32 bits, as the other systems that write such records have it. */
export const DATE_MIN = -(2 ** 31);
export const DATE_MAX = 2 ** 31 - 1;

/** TIMESTAMP, epoch milliseconds: held as a number, so as far as numbers are exact. */
export const TIMESTAMP_MIN = Number.MIN_SAFE_INTEGER;
export const TIMESTAMP_MAX = Number.MAX_SAFE_INTEGER;
