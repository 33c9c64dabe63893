import type { Mutant } from './mutant.ts';

/** Bugs in grouping, aggregation and windows. */
export const aggregateMutants: readonly Mutant[] = [
  {
    name: 'group-by-null-group',
    file: 'src/operators/group-by.ts',
    text: 'if (grouped[i] !== null) continue;',
    replacement: 'continue;',
    bug: 'rows whose group is null are counted',
  },
  {
    name: 'group-by-add-before-undo',
    file: 'src/operators/group-by.ts',
    text: `      out.push(withRows(change, keyBefore, before, null));
      out.push(withRows(change, keyAfter, null, after));`,
    replacement: `      out.push(withRows(change, keyAfter, null, after));
      out.push(withRows(change, keyBefore, before, null));`,
    bug: 'a row that moves comes into its new group before it leaves the old one',
  },
  {
    name: 'group-by-no-undo',
    file: 'src/operators/group-by.ts',
    text: '      out.push(withRows(change, keyBefore, before, null));\n',
    replacement: '',
    bug: 'a row that moves to another group stays in the old one, too',
  },
  {
    name: 'group-by-always-moves',
    file: 'src/operators/group-by.ts',
    text: 'return this.#mapKey(a) === this.#mapKey(b);',
    replacement: 'return false;',
    bug: 'a row that stays in its group gives two changes instead of one',
  },
  {
    name: 'group-by-never-moves',
    file: 'src/operators/group-by.ts',
    text: 'return this.#mapKey(a) === this.#mapKey(b);',
    replacement: 'return true;',
    bug: 'a row that moves is taken out of the group it goes to',
  },
  {
    name: 'aggregate-undo-after-add',
    file: 'src/operators/aggregation.ts',
    text: `    if (before !== null) this.#undo(state, before);
    if (after !== null) this.#add(state, after, arrival);`,
    replacement: `    if (after !== null) this.#add(state, after, arrival);
    if (before !== null) this.#undo(state, before);`,
    bug: 'a changed row is added before its old values are taken back',
  },
  {
    name: 'aggregate-no-undo',
    file: 'src/operators/aggregation.ts',
    text: 'if (before !== null) this.#undo(state, before);',
    replacement: '',
    bug: 'the old values of a changed row stay in the aggregate',
  },
  {
    name: 'aggregate-time-of-last',
    file: 'src/operators/aggregation.ts',
    text: 'if (change.time > (state[this.#timeSlot] as number)) state',
    replacement: 'state',
    bug: 'the time of a result is that of the last row, not the latest',
  },
  {
    name: 'aggregate-shares-state',
    file: 'src/operators/aggregation.ts',
    text: 'const copy = (state ?? this.#initial).slice();',
    replacement: 'const copy = state ?? this.#initial.slice();',
    bug: 'the state before a change is edited in place',
  },
  {
    name: 'aggregate-shares-collections',
    file: 'src/operators/aggregation.ts',
    text: 'for (const { own, slot } of this.#owners) own(copy, slot);',
    replacement: '',
    bug: 'the collections of the state before a change are edited in place',
  },
  {
    name: 'count-nulls',
    file: 'src/operators/aggregation.ts',
    text: 'const value = argumentOf(this.#columns[i] as readonly number[], row);\n      (aggregates',
    replacement:
      'const value = argumentOf(this.#columns[i] as readonly number[], row) ?? 0;\n      (aggregates',
    bug: 'aggregates take nulls for zeros',
  },
];
