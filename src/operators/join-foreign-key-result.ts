// Hot path: once per record.
import type { Row } from '../sql/types.ts';
import type { Change } from './change.ts';
import type { Operator, OperatorDefinition, StepBase } from './operator.ts';
import { mapKeyFunction } from './state-codec.ts';

/**
 * The results of a foreign-key join, back where the left rows are. Those for one left row may come from several places
 * within a tick, when the row has pointed to several right rows; a result of an older version of the row that comes
 * behind one of a newer version is left out. The offset of a result is the version.
 */
export interface JoinForeignKeyResultStep extends StepBase {
  readonly kind: 'JoinForeignKeyResult';
}

export const joinForeignKeyResult: OperatorDefinition<JoinForeignKeyResultStep> = {
  kind: 'JoinForeignKeyResult',
  explain: () => 'RESULTS OF THE LATEST LEFT ROWS',
  states: () => [],
  create: (step) => new JoinForeignKeyResult(step),
};

class JoinForeignKeyResult implements Operator {
  readonly states = [];
  readonly #mapKey: (key: Row) => unknown;
  /** The highest version by key in this tick. Nothing older is under way when the next one begins. */
  readonly #versions = new Map<unknown, number>();

  constructor(step: JoinForeignKeyResultStep) {
    this.#mapKey = mapKeyFunction(step.schema.keys.map((column) => column.type));
  }

  process(batch: readonly Change[], _input: number, out: Change[]): void {
    for (const change of batch) {
      const mapKey = this.#mapKey(change.key);
      const version = this.#versions.get(mapKey) ?? -1;
      if (change.offset < version) continue;
      if (change.offset > version) this.#versions.set(mapKey, change.offset);
      out.push(change);
    }
  }

  flush(): readonly (readonly Change[])[] {
    this.#versions.clear();
    return [];
  }

  abandon(): void {
    this.#versions.clear();
  }
}
