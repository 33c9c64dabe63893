import type {
  DateTimeFormatterBuilder,
  TemporalAccessor,
  TemporalQuery,
  ZoneId,
} from '@js-joda/core';
import { joda } from './joda.ts';
import { readTimeZone, timeZoneName, type NameLength } from './time-zone-names.ts';

/** One element of a formatter, as the library runs it. */
interface Element {
  /** False when the value has no such part, which an optional section then leaves out. */
  print(context: PrintContext, out: { append(text: string): unknown }): boolean;
  /** The position behind what was read, or the complement of where it failed. */
  parse(context: ParseContext, text: string, position: number): number;
}

interface PrintContext {
  temporal(): TemporalAccessor;
  /** Null within an optional section, else an error, when the value has no such part. */
  getValueQuery<T>(query: TemporalQuery<T>): T | null;
}

interface ParseContext {
  setParsedZone(zone: ZoneId): void;
}

/** Where the library takes elements of its own kinds, and ours. */
interface ElementBuilder {
  _appendInternal(element: Element): unknown;
}

/**
 * Appends the name of a time zone, `PDT` or `Pacific Daylight Time`. The library's own element knows neither daylight
 * saving time nor most short names.
 */
export function appendZoneName(builder: DateTimeFormatterBuilder, length: NameLength): void {
  (builder as unknown as ElementBuilder)._appendInternal(new ZoneNameElement(length));
}

class ZoneNameElement implements Element {
  readonly #length: NameLength;

  constructor(length: NameLength) {
    this.#length = length;
  }

  print(context: PrintContext, out: { append(text: string): unknown }): boolean {
    const { ChronoField, TemporalQueries } = joda();
    const temporal = context.temporal();
    const zone = context.getValueQuery(TemporalQueries.zoneId());
    if (zone === null) return false;
    const seconds = temporal.getLong(ChronoField.INSTANT_SECONDS);
    const fallback = joda()
      .ZoneOffset.ofTotalSeconds(temporal.get(ChronoField.OFFSET_SECONDS))
      .id();
    const options = { ms: seconds * 1000, length: this.#length, fallback };
    out.append(timeZoneName(zone.id(), options));
    return true;
  }

  parse(context: ParseContext, text: string, position: number): number {
    const found = readTimeZone(text.slice(position));
    if (found === null) return ~position;
    try {
      context.setParsedZone(joda().ZoneId.of(found.id));
    } catch {
      return ~position;
    }
    return position + found.length;
  }
}
