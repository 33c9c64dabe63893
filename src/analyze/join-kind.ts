import type { JoinNode } from '../../grammar/ast.ts';
import type { WindowInfo } from '../sql/schema.ts';
import { errorAt } from './error-at.ts';
import type { Condition, Operand } from './join-condition.ts';
import type { JoinKind, JoinWindow, LogicalJoin } from './logical-plan.ts';
import type { AnalyzedSource, Relation } from './relation.ts';
import { milliseconds } from './window.ts';

/**
 * Which kind of join it is.
 * @throws DatabaseError BAD_STATEMENT for one the dialect does not have (section 6.1 of the dialect reference).
 */
export function joinKind(
  join: JoinNode,
  left: Relation,
  right: AnalyzedSource,
  condition: Condition,
): JoinKind {
  checkValueFormats(join, left, right);
  checkWindows(join, left, right);
  const names = `${left.sources.map(({ alias }) => alias).join(' JOIN ')} [${join.type === 'FULL' ? 'FULL OUTER' : join.type}] JOIN ${right.alias}`;
  const isTable = right.source.kind === 'TABLE';
  if (left.node.result === 'stream') {
    if (!isTable) return checkWithin(join, 'stream-stream');
    if (join.type === 'RIGHT' || join.type === 'FULL') {
      const what =
        join.type === 'FULL'
          ? 'Invalid join type: full-outer join not supported for stream-table join'
          : 'Invalid join type: right join not supported for stream-table join';
      throw errorAt('BAD_STATEMENT', join, `${what}. Got ${names}. Use INNER or LEFT.`);
    }
    checkTableKey(join, right, condition, 'stream-table joins require to join on the table');
    return checkWithin(join, 'stream-table');
  }
  if (!isTable) {
    throw errorAt(
      'BAD_STATEMENT',
      join,
      `Invalid join order: table-stream joins are not supported; only stream-table joins. Got ${names}. Name the stream first.`,
    );
  }
  checkTableKey(
    join,
    right,
    condition,
    'table-table joins require to join on the primary key of the right input table',
  );
  return checkWithin(join, tableJoinKind(join, left, right, condition));
}

/** Left of a table there is its own key, or anything else: then it is a foreign key. */
function tableJoinKind(
  join: JoinNode,
  left: Relation,
  right: AnalyzedSource,
  { leftKey, rightKey }: Condition,
): 'table-table' | 'foreign-key' {
  const got = `Got ${leftKey.shown} = ${rightKey.shown}.`;
  if (left.join !== null) {
    if (left.join.equal.some(({ text }) => text === leftKey.text)) return 'table-table';
    throw errorAt(
      'BAD_STATEMENT',
      join.on,
      isPrimaryKey(leftKey, left)
        ? `Invalid join condition: the rows joined so far are not keyed by ${leftKey.shown}, and tables cannot be re-keyed. ${got} Make a table of the first joins, and join that.`
        : `Invalid join condition: foreign-key table-table joins are not supported as part of n-way joins. ${got} A foreign-key join can only be the first.`,
    );
  }
  const { keys } = left.node.schema;
  const { expression } = leftKey;
  if (keys.length === 1 && expression.kind === 'column' && expression.index === 0) {
    return 'table-table';
  }
  if (left.node.schema.window !== null || right.source.schema.window !== null) {
    throw errorAt(
      'BAD_STATEMENT',
      join,
      `Foreign-key table-table joins are not supported on windowed tables. ${got}`,
    );
  }
  if (join.type === 'RIGHT' || join.type === 'FULL') {
    const type = join.type === 'FULL' ? 'FULL OUTER' : 'RIGHT OUTER';
    throw errorAt(
      'BAD_STATEMENT',
      join,
      `Invalid join type: ${type} JOIN on a foreign key is not supported. ${got} Use INNER or LEFT.`,
    );
  }
  return 'foreign-key';
}

function isPrimaryKey({ column }: Operand, { sources }: Relation): boolean {
  const source = sources.find(({ alias }) => alias === column?.qualifier)?.source;
  return source?.schema.keys.length === 1 && source.schema.keys[0]?.name === column?.name;
}

function checkTableKey(
  join: JoinNode,
  { source }: AnalyzedSource,
  { leftKey, rightKey }: Condition,
  rule: string,
): void {
  const { keys } = source.schema;
  const { expression } = rightKey;
  if (keys.length === 1 && expression.kind === 'column' && expression.index === 0) return;
  const names = keys.map((key) => key.name).join(', ');
  const whose =
    rule.endsWith('table') && !rule.endsWith('input table') ? `${rule}'s primary key` : rule;
  throw errorAt(
    'BAD_STATEMENT',
    join.on,
    `Invalid join condition: ${whose}. Got ${leftKey.shown} = ${rightKey.shown}. ` +
      (keys.length === 1
        ? `The primary key of ${source.name} is ${names}.`
        : `The primary key of ${source.name} is ${names}, and only tables with a single key column can be joined.`),
  );
}

function checkWithin<Kind extends JoinKind>(join: JoinNode, kind: Kind): Kind {
  if (kind === 'stream-stream' && join.within === null) {
    throw errorAt(
      'BAD_STATEMENT',
      join,
      'Joining two streams requires a WITHIN clause that says how far apart in time their rows may be: JOIN ... WITHIN 1 HOUR ON ...',
    );
  }
  if (kind !== 'stream-stream' && join.within !== null) {
    throw errorAt(
      'BAD_STATEMENT',
      join.within,
      'Invalid join condition: WITHIN belongs to joins of two streams; a table has one current row for each key. Leave it out.',
    );
  }
  return kind;
}

/** WITHIN in milliseconds; null where there is none. */
export function joinWindow({ within }: JoinNode): JoinWindow | null {
  if (within === null) return null;
  return {
    beforeMs: milliseconds(within.before, 0),
    afterMs: milliseconds(within.after, 0),
    graceMs: within.grace === null ? null : milliseconds(within.grace, 0),
  };
}

function checkValueFormats(join: JoinNode, left: Relation, right: AnalyzedSource): void {
  const kafka = [...left.sources, right].filter(
    ({ source }) => source.valueFormat.name === 'KAFKA',
  );
  if (kafka.length === 0) return;
  throw errorAt(
    'BAD_STATEMENT',
    join,
    `Source(s) ${kafka.map(({ source }) => source.name).join(', ')} are using the 'KAFKA' value format. This format does not yet support JOIN. Use another VALUE_FORMAT.`,
  );
}

/** Windowed sources join only windowed ones of the same class; session windows are one, all others the other. */
function checkWindows(join: JoinNode, left: Relation, right: AnalyzedSource): void {
  const leftWindow = left.node.schema.window;
  const rightWindow = right.source.schema.window;
  if ((leftWindow === null) !== (rightWindow === null)) {
    const lines = [...left.sources, right].map(
      ({ alias, source }) => `\`${alias}\` is ${describeWindow(source.schema.window)}`,
    );
    throw errorAt(
      'BAD_STATEMENT',
      join,
      `Can not join windowed source to non-windowed source.\n${lines.join('\n')}`,
    );
  }
  if ((leftWindow?.kind === 'SESSION') !== (rightWindow?.kind === 'SESSION')) {
    throw errorAt(
      'BAD_STATEMENT',
      join,
      `Incompatible windowed sources. Left source: ${leftWindow?.kind} Right source: ${rightWindow?.kind}. Session windowed sources can only be joined to other session windowed sources, and can still not be joined to hopping or tumbling ones.`,
    );
  }
}

function describeWindow(window: WindowInfo | null): string {
  return window === null ? 'not windowed' : `${window.kind} windowed`;
}

/**
 * Rows of windowed sources stay where they are: both sides must be joined on their keys, and have windows of the same
 * size, or the keys would be written in different ways.
 * @throws DatabaseError BAD_STATEMENT.
 */
export function checkWindowedKeys(join: JoinNode, node: LogicalJoin): void {
  const { left, right, leftKey, rightKey } = node;
  const leftWindow = left.schema.window;
  const rightWindow = right.schema.window;
  if (leftWindow === null || rightWindow === null) return;
  const onKeys = [
    { key: leftKey, side: left },
    { key: rightKey, side: right },
  ].every(
    ({ key, side }) => key.kind === 'column' && key.index === 0 && side.schema.keys.length === 1,
  );
  const sameWindows =
    leftWindow.kind === rightWindow.kind &&
    leftWindow.sizeMs === rightWindow.sizeMs &&
    (left.kind !== 'source' || left.source.keyFormat.name === right.source.keyFormat.name);
  const registryKeys =
    left.kind === 'source' &&
    left.result === 'stream' &&
    [left, right].some(({ source }) => REGISTRY_FORMATS.has(source.keyFormat.name));
  if (onKeys && (sameWindows || registryKeys)) return;
  throw errorAt(
    'BAD_STATEMENT',
    join,
    'Implicit repartitioning of windowed sources is not supported. See https://github.com/confluentinc/ksql/issues/4385. ' +
      (onKeys
        ? 'The windows of both sources must have the same type and size.'
        : 'Join windowed sources on their key columns.'),
  );
}

/** Formats whose keys carry the id of a schema. */
const REGISTRY_FORMATS: ReadonlySet<string> = new Set(['AVRO', 'PROTOBUF', 'JSON_SR']);
