import type { SourceSpec, WindowSpec } from '../case.ts';
import type { Choices } from '../random.ts';

/** How likely a case has what. Rare things that have to come together are met by cases made for them. */
export interface Focus {
  /** A case takes one of the lists, and each source one of its kinds. */
  readonly kinds: readonly (readonly SourceSpec['kind'][])[];
  readonly sourceCounts: readonly number[];
  /** Sources whose key has one column, of the type that most keys of the case have. */
  readonly plainKeys: number;
  /** Queries that join. */
  readonly joins: number;
  /** Sides that are joined by their keys where they can be. */
  readonly joinsOnKeys: number;
  /** A third source that is joined. */
  readonly chains: number;
  /** Queries that aggregate. */
  readonly aggregations: number;
  /** Of these, those that group by the key the rows have. */
  readonly ownGroups: number;
  /** Aggregations of a stream that have windows, and the kinds of these. */
  readonly windows: number;
  readonly windowKinds: readonly WindowSpec['kind'][];
  /** Windows that emit once. */
  readonly finals: number;
  /** Joins of streams with a grace period. */
  readonly gracedJoins: number;
  /** Of windows and joins, ms. */
  readonly graces: readonly number[];
  /** Aggregates that collect values in the order in which they come. */
  readonly collections: number;
  /** Cases with one record in each tick. */
  readonly oneByOne: number;
  /** In others, records with which a tick begins. */
  readonly tickBegins: number;
  /** Cases with a query that fails, and those of them where it stands before the others. */
  readonly poison: number;
  readonly poisonFirst: number;
  readonly restarts: number;
  readonly nullKeys: number;
  /** Timelines of a few times in any order. */
  readonly fewTimes: number;
  /** Cases in which columns have two or three values. */
  readonly fewValues: number;
  /** Records that say the same again; each case takes one of the shares. */
  readonly repeats: readonly number[];
  readonly emitIntervals: readonly number[];
}

const EVERYTHING: Focus = {
  kinds: [['STREAM', 'STREAM', 'TABLE'], ['STREAM'], ['TABLE']],
  sourceCounts: [1, 2, 2, 3],
  plainKeys: 0.85,
  joins: 0.5,
  joinsOnKeys: 0.6,
  chains: 0.5,
  aggregations: 0.5,
  ownGroups: 0.4,
  windows: 0.65,
  // Sessions most often, because most can go wrong with them.
  windowKinds: ['TUMBLING', 'HOPPING', 'SESSION', 'SESSION'],
  finals: 0.35,
  gracedJoins: 0.6,
  graces: [0, 0, 1, 5, 20, 100],
  collections: 0.2,
  oneByOne: 0.5,
  tickBegins: 0.4,
  poison: 0.2,
  poisonFirst: 0.3,
  restarts: 0.3,
  nullKeys: 0.06,
  fewTimes: 0.3,
  fewValues: 0.4,
  repeats: [0, 0.1, 0.3],
  emitIntervals: [0, 0, 1000],
};

const WINDOWED: Focus = {
  ...EVERYTHING,
  kinds: [['STREAM']],
  sourceCounts: [1],
  joins: 0,
  aggregations: 0.9,
  windows: 1,
  fewValues: 0.8,
};

/** Two in five cases can have everything, each of the others is made for something. */
const FOCUSES: readonly Focus[] = [
  // Sessions that are joined by a row between them.
  {
    ...WINDOWED,
    windowKinds: ['SESSION'],
    graces: [0, 1, 5, 20],
    collections: 0.6,
    fewTimes: 0.7,
  },
  // Windows that close, by late rows, too, and rows that are just too late.
  {
    ...WINDOWED,
    windowKinds: ['TUMBLING', 'HOPPING', 'SESSION'],
    finals: 0.5,
    graces: [0, 0, 1, 5],
    fewTimes: 0.6,
    oneByOne: 0.2,
    emitIntervals: [0, 1000, 1000],
  },
  // Inputs whose times are equal.
  {
    ...EVERYTHING,
    kinds: [['STREAM', 'TABLE']],
    sourceCounts: [2, 3],
    plainKeys: 1,
    joins: 0.9,
    joinsOnKeys: 0.7,
    chains: 0,
    aggregations: 0.2,
    oneByOne: 0,
    tickBegins: 0.2,
    fewTimes: 0.8,
    fewValues: 0.8,
  },
  // Records of tables without a key among those that wait for each other.
  {
    ...EVERYTHING,
    kinds: [['TABLE']],
    sourceCounts: [2],
    plainKeys: 1,
    joins: 0.95,
    joinsOnKeys: 1,
    chains: 0,
    aggregations: 0.2,
    oneByOne: 0,
    tickBegins: 0.1,
    nullKeys: 0.3,
    fewTimes: 0.8,
  },
  // Tables whose rows change groups, or stay in theirs.
  {
    ...EVERYTHING,
    kinds: [['TABLE']],
    sourceCounts: [1, 1, 2],
    joins: 0.3,
    aggregations: 0.9,
    ownGroups: 0,
    collections: 0.6,
    fewValues: 0.9,
    repeats: [0.2, 0.4],
  },
  // Ticks that are taken back.
  {
    ...EVERYTHING,
    kinds: [['STREAM', 'STREAM', 'TABLE']],
    windows: 0.9,
    graces: [0, 0, 1, 5],
    oneByOne: 0,
    poison: 1,
    poisonFirst: 0,
    fewValues: 0.8,
  },
  // Rows of streams that wait for a partner, and get none.
  {
    ...EVERYTHING,
    kinds: [['STREAM']],
    sourceCounts: [2],
    plainKeys: 1,
    joins: 0.95,
    joinsOnKeys: 0.9,
    chains: 0,
    aggregations: 0.1,
    gracedJoins: 0.9,
    graces: [0, 0, 1, 5],
    fewTimes: 0.2,
  },
  // Keys that are null, restarts, and joins that pad.
  {
    ...EVERYTHING,
    sourceCounts: [2, 2, 3],
    joins: 0.9,
    joinsOnKeys: 0.5,
    nullKeys: 0.25,
    restarts: 0.7,
  },
];

/** What a case is made for. */
export function focusOf(choices: Choices): Focus {
  return choices.chance(0.4) ? EVERYTHING : choices.of(FOCUSES);
}
