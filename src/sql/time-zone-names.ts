/** How time zones are called in texts such as `10:15 PDT`, in English as Java has it. */
export type NameLength = 'short' | 'long';

/**
 * Zones whose short names can be read, the standard and the daylight name, most usual first: several zones share a
 * name, and the first one is meant.
 */
const SHORT_NAMES: readonly (readonly [zone: string, names: string])[] = [
  ['GMT', 'GMT'],
  ['UTC', 'UTC'],
  ['America/New_York', 'EST EDT'],
  ['America/Chicago', 'CST CDT'],
  ['America/Denver', 'MST MDT'],
  ['America/Los_Angeles', 'PST PDT'],
  ['America/Anchorage', 'AKST AKDT'],
  ['Pacific/Honolulu', 'HST'],
  ['America/Halifax', 'AST ADT'],
  ['America/St_Johns', 'NST NDT'],
  ['America/Sao_Paulo', 'BRT BRST'],
  ['America/Argentina/Buenos_Aires', 'ART'],
  ['Europe/London', 'GMT BST'],
  ['Europe/Lisbon', 'WET WEST'],
  ['Europe/Paris', 'CET CEST'],
  ['Europe/Athens', 'EET EEST'],
  ['Europe/Moscow', 'MSK'],
  ['Africa/Johannesburg', 'SAST'],
  ['Africa/Lagos', 'WAT'],
  ['Africa/Nairobi', 'EAT'],
  ['Asia/Kolkata', 'IST'],
  ['Asia/Jerusalem', 'IST IDT'],
  ['Asia/Karachi', 'PKT'],
  ['Asia/Shanghai', 'CST'],
  ['Asia/Hong_Kong', 'HKT'],
  ['Asia/Singapore', 'SGT'],
  ['Asia/Seoul', 'KST'],
  ['Asia/Tokyo', 'JST'],
  ['Australia/Perth', 'AWST'],
  ['Australia/Adelaide', 'ACST ACDT'],
  ['Australia/Sydney', 'AEST AEDT'],
  ['Pacific/Auckland', 'NZST NZDT'],
];

/** English as it is spoken where a short name is in use; elsewhere it is `GMT+2`. */
const ENGLISH = ['en-US', 'en-GB', 'en-AU', 'en-NZ', 'en-IN', 'en-ZA'];
const OFFSET_NAME = /^(?:GMT|UTC)?[+\-\u2212]?\d/;
const OFFSET_WORD = /^(?:GMT|UTC)[+\-\u2212]/;

/** In winter and in summer, to see both names of a zone. */
const HALF_YEARS_MS = [Date.UTC(2024, 0, 15), Date.UTC(2024, 6, 15)];

/**
 * What a zone is called at an instant: `PDT` or `Pacific Daylight Time`. Zones without a name are called by their
 * offset, `GMT+03:30` or `+03:30`, which is the fallback given.
 */
export function timeZoneName(
  zone: string,
  options: { readonly ms: number; readonly length: NameLength; readonly fallback: string },
): string {
  const { ms, length, fallback } = options;
  if (zone === 'Z' || /^[+-]/.test(zone)) return zone;
  if (zone === 'GMT') return length === 'short' ? 'GMT' : 'Greenwich Mean Time';
  if (length === 'long') return intlName({ zone, ms, length, locale: 'en-US' }) ?? fallback;
  for (const locale of ENGLISH) {
    const name = intlName({ zone, ms, length, locale });
    if (name !== null) return name;
  }
  const names = SHORT_NAMES.find(([id]) => id === zone)?.[1].split(' ') ?? [];
  // Zones the runtime has no short name for have no daylight saving time now.
  return names[0] ?? fallback;
}

/** Null when the runtime has only an offset for it, or does not know the zone. */
function intlName(options: {
  readonly zone: string;
  readonly ms: number;
  readonly length: NameLength;
  readonly locale: string;
}): string | null {
  const { zone, ms, length, locale } = options;
  let parts: Intl.DateTimeFormatPart[];
  try {
    parts = formatterFor(zone, length, locale).formatToParts(ms);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  return name === '' || OFFSET_NAME.test(name) || OFFSET_WORD.test(name) ? null : name;
}

const FORMATTERS_MAX = 200;
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterFor(zone: string, length: NameLength, locale: string): Intl.DateTimeFormat {
  const key = `${locale} ${length} ${zone}`;
  let formatter = formatters.get(key);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName: length });
    if (formatters.size >= FORMATTERS_MAX) formatters.clear();
    formatters.set(key, formatter);
  }
  return formatter;
}

let zonesByName: ReadonlyMap<string, string> | null = null;

/** The zone ids by their names, short and long, in lower case. */
function knownNames(): ReadonlyMap<string, string> {
  if (zonesByName !== null) return zonesByName;
  const names = new Map<string, string>();
  const add = (name: string | null, zone: string): void => {
    const key = name?.toLowerCase();
    if (key !== undefined && !names.has(key)) names.set(key, zone);
  };
  for (const [zone, short] of SHORT_NAMES) {
    for (const name of short.split(' ')) add(name, zone);
    for (const ms of HALF_YEARS_MS) {
      add(intlName({ zone, ms, length: 'long', locale: 'en-US' }), zone);
    }
  }
  add('Greenwich Mean Time', 'GMT');
  zonesByName = names;
  return names;
}

const WORDS = /^[a-z]+(?: [a-z]+)*/i;
const ID = /^(?:[a-z][\w]*(?:\/[\w+-]+)*(?:[+-]\d[\d:]*)?|[+-]\d[\d:]*)/i;

/** A zone at the start of a text: its id, which is still to be looked up, and how long its text is. */
export interface ZoneText {
  readonly id: string;
  readonly length: number;
}

/** Reads the name or the id of a zone, in any case; null when the text starts with neither. */
export function readTimeZone(text: string): ZoneText | null {
  const names = knownNames();
  let words = WORDS.exec(text)?.[0] ?? '';
  const id = ID.exec(text)?.[0] ?? '';
  while (words.length >= id.length && words !== '') {
    const zone = names.get(words.toLowerCase());
    if (zone !== undefined) return { id: zone, length: words.length };
    words = words.slice(0, Math.max(0, words.lastIndexOf(' ')));
  }
  return id === '' ? null : { id: idInItsCase(id), length: id.length };
}

let idsByLowerCase: ReadonlyMap<string, string> | null = null;

function idInItsCase(id: string): string {
  idsByLowerCase ??= new Map(
    ['Z', 'UTC', 'GMT', ...Intl.supportedValuesOf('timeZone')].map((zone) => [
      zone.toLowerCase(),
      zone,
    ]),
  );
  return idsByLowerCase.get(id.toLowerCase()) ?? id;
}
