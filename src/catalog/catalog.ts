import type { SqlType } from '../sql/types.ts';
import type { Source } from './source.ts';
import { didYouMean } from './did-you-mean.ts';

/** A persistent query: what it reads and where it writes. Plain JSON. */
export interface QueryInfo {
  readonly id: string;
  readonly kind: 'CSAS' | 'CTAS' | 'CST' | 'INSERT';
  /** The statement that started it. */
  readonly sql: string;
  /** Names of the sources it reads, FROM order. */
  readonly reads: readonly string[];
  /** Name of its sink; null for a query that only keeps state. */
  readonly writes: string | null;
}

interface Content {
  readonly sources: ReadonlyMap<string, Source>;
  readonly queries: ReadonlyMap<string, QueryInfo>;
  readonly types: ReadonlyMap<string, SqlType>;
  /** Sources of the database itself: found by name, but not listed. */
  readonly builtIns: ReadonlyMap<string, Source>;
  readonly defaults: ReadonlyMap<string, string>;
}

/**
 * What exists at one moment: sources, the persistent queries between them, and types. A snapshot is never edited; `with...`
 * and `without...` return the next one, so whoever holds one sees a consistent world for as long as it likes.
 */
export class Catalog {
  static readonly EMPTY = new Catalog({
    sources: new Map(),
    queries: new Map(),
    types: new Map(),
    builtIns: new Map(),
    defaults: new Map(),
  });

  readonly #sources: Content['sources'];
  readonly #queries: Content['queries'];
  readonly #types: Content['types'];
  readonly #builtIns: Content['builtIns'];
  readonly #defaults: Content['defaults'];

  private constructor({ sources, queries, types, builtIns, defaults }: Content) {
    this.#sources = sources;
    this.#queries = queries;
    this.#types = types;
    this.#builtIns = builtIns;
    this.#defaults = defaults;
  }

  /** In the order they were created. */
  get sources(): readonly Source[] {
    return [...this.#sources.values()];
  }

  /** In the order they were started. */
  get queries(): readonly QueryInfo[] {
    return [...this.#queries.values()];
  }

  /** Names are compared exactly: unquoted ones are upper case by now. */
  source(name: string): Source | null {
    return this.#sources.get(name) ?? this.#builtIns.get(name) ?? null;
  }

  /** Whether the source is one of the database itself, which nobody can change or drop. */
  isBuiltIn(name: string): boolean {
    return this.#builtIns.has(name);
  }

  /** The next snapshot, with a source of the database itself. */
  withBuiltIn(source: Source): Catalog {
    return this.with({ builtIns: new Map(this.#builtIns).set(source.name, source) });
  }

  query(id: string): QueryInfo | null {
    return this.#queries.get(id) ?? null;
  }

  /** The next snapshot, with the source added or put in place of the one of that name. */
  withSource(source: Source): Catalog {
    return this.with({ sources: new Map(this.#sources).set(source.name, source) });
  }

  withoutSource(name: string): Catalog {
    const sources = new Map(this.#sources);
    sources.delete(name);
    return this.with({ sources });
  }

  /** The next snapshot, with the query added or put in place of the one of that id. */
  withQuery(query: QueryInfo): Catalog {
    return this.with({ queries: new Map(this.#queries).set(query.id, query) });
  }

  withoutQuery(id: string): Catalog {
    const queries = new Map(this.#queries);
    queries.delete(id);
    return this.with({ queries });
  }

  /** The types users have defined, by upper-cased name, in the order they were created. */
  get types(): ReadonlyMap<string, SqlType> {
    return this.#types;
  }

  /** The next snapshot, with the type added. */
  withType(name: string, type: SqlType): Catalog {
    return this.with({ types: new Map(this.#types).set(name, type) });
  }

  withoutType(name: string): Catalog {
    const types = new Map(this.#types);
    types.delete(name);
    return this.with({ types });
  }

  /** What ALTER SYSTEM has set: values of properties for sessions that do not set them, as text. */
  get defaults(): ReadonlyMap<string, string> {
    return this.#defaults;
  }

  /** The next snapshot, with another default of a property. */
  withDefault(property: string, value: string): Catalog {
    return this.with({ defaults: new Map(this.#defaults).set(property, value) });
  }

  /** Only the sources that `isVisible` lets through, and the queries that read and write no others. */
  restrictedTo(isVisible: (source: Source) => boolean): Catalog {
    const only = (all: ReadonlyMap<string, Source>): Map<string, Source> =>
      new Map([...all].filter(([, source]) => isVisible(source)));
    const sources = only(this.#sources);
    const builtIns = only(this.#builtIns);
    const isKnown = (name: string): boolean => sources.has(name) || builtIns.has(name);
    const queries = [...this.#queries].filter(
      ([, { reads, writes }]) => reads.every(isKnown) && (writes === null || isKnown(writes)),
    );
    return this.with({ sources, builtIns, queries: new Map(queries) });
  }

  // Not behind `#`: what tsc makes of a private method that names its class breaks EMPTY above.
  private with(changes: Partial<Content>): Catalog {
    const content = {
      sources: this.#sources,
      queries: this.#queries,
      types: this.#types,
      builtIns: this.#builtIns,
      defaults: this.#defaults,
    };
    return new Catalog({ ...content, ...changes });
  }

  /** Persistent queries that read the source, directly. */
  readersOf(name: string): readonly QueryInfo[] {
    return this.queries.filter((query) => query.reads.includes(name));
  }

  /** Persistent queries whose sink the source is. */
  writersOf(name: string): readonly QueryInfo[] {
    return this.queries.filter((query) => query.writes === name);
  }

  /**
   * The shortest way rows take from one source to another, both ends included: through persistent queries, and between
   * sources of one topic. Null when none of them gets there. From a source to itself the way is that one name.
   */
  path(from: string, to: string): readonly string[] | null {
    const cameFrom = new Map<string, string | null>([[from, null]]);
    for (const name of cameFrom.keys()) {
      if (name === to) return wayBack(cameFrom, to);
      const written = this.readersOf(name).flatMap(({ writes }) => writes ?? []);
      const topic = this.source(name)?.topic;
      for (const next of [...written, ...this.#namesOver(topic)]) {
        if (!cameFrom.has(next)) cameFrom.set(next, name);
      }
    }
    return null;
  }

  #namesOver(topic: string | undefined): readonly string[] {
    return this.sources.filter((source) => source.topic === topic).map(({ name }) => name);
  }

  /**
   * A sentence that helps with a name that is not there, starting with a blank: how to quote it when only the case
   * differs, else the most similar name; empty when nothing is similar.
   */
  nearest(name: string): string {
    const names = [...this.#sources.keys(), ...this.#builtIns.keys()];
    const otherCase = names.find((known) => known.toUpperCase() === name.toUpperCase());
    if (otherCase === undefined) return didYouMean(name, names);
    if (otherCase === otherCase.toUpperCase()) {
      return ` Did you mean ${otherCase}? Write it without quotes: quoted names keep their case.`;
    }
    return ` Did you mean "${otherCase}"? Put it in double quotes: unquoted names are upper-cased.`;
  }
}

function wayBack(cameFrom: ReadonlyMap<string, string | null>, to: string): readonly string[] {
  const way: string[] = [];
  for (let name: string | null = to; name !== null; name = cameFrom.get(name) ?? null) {
    way.unshift(name);
  }
  return way;
}
