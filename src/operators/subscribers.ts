// Hot path: once per record.
import { assert } from '../base/assert.ts';
import { compareBytes } from '../base/compare-bytes.ts';
import { BIGINT, BYTES, INTEGER, type Row, type SqlType, type Value } from '../sql/types.ts';
import type { StateEntry, StateTable } from '../state/state-table.ts';
import type { StateSpec } from './operator.ts';
import { mapKeyFunction } from './state-codec.ts';

/** A left row that points to a right key: its key as written, its version, its key columns, and its values. */
export type Subscriber = Row;

const KEY_BYTES = 0;
const VERSION = 1;
/** Where the key columns of a subscriber begin. */
export const SUBSCRIBER_KEY = 2;

/** Subscribers of one page: few enough to write again when one of them changes. */
const PAGE_MAX = 128;

type Entry = StateEntry<Row, Row>;

/** A page in a directory: its number, and the lowest key that belongs into it. */
type PageRef = readonly [page: number, firstKey: Uint8Array];

function structOf(types: readonly SqlType[]): SqlType {
  return { kind: 'STRUCT', fields: types.map((type, index) => ({ name: `C${index}`, type })) };
}

/** The tables `Subscribers` keeps: a directory of pages for each right key, and the pages. */
export function subscriberStates(
  rightKeyType: SqlType,
  subscriberTypes: readonly SqlType[],
): StateSpec[] {
  return [
    {
      keyTypes: [rightKeyType],
      // The pages in the order of their keys, and the number of the next new one.
      valueTypes: [{ kind: 'ARRAY', element: structOf([INTEGER, BYTES]) }, INTEGER],
      window: null,
    },
    {
      keyTypes: [rightKeyType, INTEGER],
      valueTypes: [{ kind: 'ARRAY', element: structOf([BYTES, BIGINT, ...subscriberTypes]) }],
      window: null,
    },
  ];
}

/**
 * Who points to a right key, in the order of the left keys as they are written, in pages. Every method that needs state
 * which is not in memory names it and says so by returning false or null: it is to be called again after a load.
 */
export class Subscribers {
  readonly #directories: StateTable<Row, Row>;
  readonly #pages: StateTable<Row, Row>;
  readonly #mapPageKey: (key: Row) => unknown;

  constructor(options: {
    directories: StateTable<Row, Row>;
    pages: StateTable<Row, Row>;
    rightKeyType: SqlType;
  }) {
    this.#directories = options.directories;
    this.#pages = options.pages;
    this.#mapPageKey = mapKeyFunction([options.rightKeyType, INTEGER]);
  }

  /** The directory of a right key, which as a map key is `mapKey`. */
  directory(mapKey: unknown, rightKey: Row): Entry {
    return this.#directories.entry(mapKey, rightKey, 0);
  }

  /** Names the page a left key belongs into, if its directory is in memory; null when it is not, or there is none yet. */
  namePage(directory: Entry, keyBytes: Uint8Array): Entry | null {
    if (!directory.loaded || directory.value === null) return null;
    const refs = refsOf(directory);
    return this.#page(directory, refs[pageIndexOf(refs, keyBytes)] as PageRef);
  }

  /** @param named in this tick for a key of the directory: it may be the page. */
  #page({ key }: Entry, [number]: PageRef, named: Entry | null = null): Entry {
    if (named !== null && named.key[1] === number) return named;
    const pageKey = [key[0] as Value, number];
    return this.#pages.entry(this.#mapPageKey(pageKey), pageKey, 0);
  }

  /**
   * Adds a subscriber, or puts it in the place of an older version.
   * @param named what `namePage` gave for it in this tick.
   */
  put(directory: Entry, subscriber: Subscriber, named: Entry | null): boolean {
    if (!directory.loaded) return false;
    const keyBytes = subscriber[KEY_BYTES] as Uint8Array;
    if (directory.value === null) {
      const first: PageRef = [0, new Uint8Array()];
      const page = this.#page(directory, first);
      if (!page.loaded) return false;
      this.#directories.set(directory, [[first] as unknown as Value, 1]);
      this.#pages.set(page, [[subscriber] as Value]);
      return true;
    }
    const refs = refsOf(directory);
    const index = pageIndexOf(refs, keyBytes);
    const page = this.#page(directory, refs[index] as PageRef, named);
    if (!page.loaded) return false;
    const found = membersOf(page);
    const at = firstFrom(found, keyBytes);
    const isKnown = isAt(found, at, keyBytes);
    if (!isKnown && found.length >= PAGE_MAX) {
      return this.#split(directory, index, page) && this.put(directory, subscriber, named);
    }
    const subscribers = this.#editable(page);
    if (isKnown) subscribers[at] = subscriber;
    else subscribers.splice(at, 0, subscriber);
    return true;
  }

  /** Moves the upper half of a page to a new one. */
  #split(directory: Entry, index: number, page: Entry): boolean {
    const [, next] = directory.value as [Value, number];
    const subscribers = membersOf(page);
    const middle = subscribers.length >>> 1;
    const firstKey = (subscribers[middle] as Subscriber)[KEY_BYTES] as Uint8Array;
    const ref: PageRef = [next, firstKey];
    const upper = this.#page(directory, ref);
    if (!upper.loaded) return false;
    const refs = [...refsOf(directory)];
    refs.splice(index + 1, 0, ref);
    this.#directories.set(directory, [refs as unknown as Value, next + 1]);
    this.#pages.set(page, [subscribers.slice(0, middle) as Value]);
    this.#pages.set(upper, [subscribers.slice(middle) as Value]);
    return true;
  }

  /**
   * Takes a subscriber off; fine if it is not there.
   * @param named what `namePage` gave for it in this tick.
   */
  remove(directory: Entry, keyBytes: Uint8Array, named: Entry | null): boolean {
    if (!directory.loaded) return false;
    if (directory.value === null) return true;
    const refs = refsOf(directory);
    const index = pageIndexOf(refs, keyBytes);
    const page = this.#page(directory, refs[index] as PageRef, named);
    if (!page.loaded) return false;
    const subscribers = membersOf(page);
    const at = firstFrom(subscribers, keyBytes);
    if (!isAt(subscribers, at, keyBytes)) return true;
    if (subscribers.length > 1) {
      this.#editable(page).splice(at, 1);
      return true;
    }
    this.#pages.set(page, null);
    this.#removePage(directory, index);
    return true;
  }

  /** The first change in a tick copies a page, later ones edit the copy. */
  #editable(page: Entry): Subscriber[] {
    if (page.value !== null && this.#pages.isDirty(page))
      return page.value[0] as Value[] as Subscriber[];
    const subscribers = [...membersOf(page)];
    this.#pages.set(page, [subscribers as Value]);
    return subscribers;
  }

  #removePage(directory: Entry, index: number): void {
    const refs = refsOf(directory).toSpliced(index, 1);
    const [first] = refs;
    if (first === undefined) {
      this.#directories.set(directory, null);
      return;
    }
    // Whatever is lower than all pages belongs into the first.
    refs[0] = [first[0], new Uint8Array()];
    const [, next] = directory.value as [Value, number];
    this.#directories.set(directory, [refs as unknown as Value, next]);
  }

  /**
   * The subscribers of the page at `index` of a right key, in order; an empty list behind the last page. Names some
   * of the pages that follow too.
   */
  pageAt(directory: Entry, index: number, aheadCount: number): readonly Subscriber[] | null {
    if (!directory.loaded) return null;
    const refs = directory.value === null ? [] : refsOf(directory);
    const ref = refs[index];
    if (ref === undefined) return [];
    const page = this.#page(directory, ref);
    if (page.loaded) {
      assert(page.value !== null, 'pages in a directory are not empty');
      return membersOf(page);
    }
    for (const following of refs.slice(index + 1, index + aheadCount)) {
      this.#page(directory, following);
    }
    return null;
  }
}

/** The version of its left row that a subscriber is of. */
export function versionOf(subscriber: Subscriber): number {
  return subscriber[VERSION] as number;
}

/** Its key as it is written. */
export function keyBytesOf(subscriber: Subscriber): Uint8Array {
  return subscriber[KEY_BYTES] as Uint8Array;
}

function refsOf({ value }: Entry): readonly PageRef[] {
  return (value as Row)[0] as unknown as readonly PageRef[];
}

function membersOf({ value }: Entry): readonly Subscriber[] {
  return value === null ? [] : (value[0] as Value[] as Subscriber[]);
}

/** The last page whose first key is not above the key. */
function pageIndexOf(refs: readonly PageRef[], keyBytes: Uint8Array): number {
  let low = 0;
  let high = refs.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (compareBytes((refs[middle] as PageRef)[1], keyBytes) <= 0) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Index of the first subscriber whose key is not below the key. */
function firstFrom(subscribers: readonly Subscriber[], keyBytes: Uint8Array): number {
  let low = 0;
  let high = subscribers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = (subscribers[middle] as Subscriber)[KEY_BYTES] as Uint8Array;
    if (compareBytes(other, keyBytes) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isAt(subscribers: readonly Subscriber[], index: number, keyBytes: Uint8Array): boolean {
  const found = subscribers[index];
  return found !== undefined && compareBytes(found[KEY_BYTES] as Uint8Array, keyBytes) === 0;
}
