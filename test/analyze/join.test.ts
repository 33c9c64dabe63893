import { describe, expect, test } from 'vitest';
import { analyze, explain, refusal } from './fixture.ts';

function plan(sql: string, mode: 'persistent' | 'push' = 'persistent'): readonly string[] {
  return explain(analyze(sql, mode).root);
}

function wrong(sql: string): string {
  const { code, at, message } = refusal(() => analyze(sql, 'persistent'));
  return `${code} ${at} ${message}`;
}

/** The aggregate's line of a plan that groups a join on `user = id`. */
function groupedJoin(join: string, by: string): string | undefined {
  return plan(
    `SELECT ${by}, COUNT(*) FROM clicks c ${join} users u ON user = id GROUP BY ${by}`,
  )[1];
}

describe('stream-table joins', () => {
  test('a joined row is the key and every column of both sides under its source name', () => {
    const { root } = analyze('SELECT * FROM visits v JOIN users u ON v.who = u.id', 'persistent');
    expect(explain(root)).toEqual([
      'project V_WHO=#0 | V_DAY=#2, V_SEEN=#3, V_SEATS=#4, U_ID=#5, U_CITY=#6, U_AGE=#7, U_PAGE=#8',
      'join INNER WHO = ID',
      '  source VISITS AS V',
      '  source USERS AS U',
    ]);
    const join = root.input;
    if (join.kind !== 'join') throw new Error('the project reads the join');
    expect(join.result).toBe('stream');
    expect(join.schema.keys).toEqual([{ name: 'ROWKEY', type: { kind: 'STRING' } }]);
    expect(join.columns.map(({ name, side }) => `${side} ${name}`)).toEqual([
      'left V_WHO',
      'left V_DAY',
      'left V_SEEN',
      'left V_SEATS',
      'right U_ID',
      'right U_CITY',
      'right U_AGE',
      'right U_PAGE',
    ]);
  });

  test('the operands of ON may stand in either order', () => {
    expect(plan('SELECT u.id, ms FROM clicks c LEFT JOIN users u ON u.id = c.page')).toEqual([
      'project ID=#0 | MS=#3',
      'join LEFT PAGE = ID',
      '  source CLICKS AS C',
      '  source USERS AS U',
    ]);
  });

  test('columns keep their names unless both sides have them', () => {
    expect(
      plan('SELECT c.user, c.page, u.page, city FROM clicks c JOIN users u ON c.user = u.id')[0],
    ).toBe('project USER=#0 | C_PAGE=#2, U_PAGE=#11, CITY=#9');
  });

  test('the first operand that is selected is the key, others are values', () => {
    expect(plan('SELECT u.id, c.user FROM clicks c JOIN users u ON c.user = u.id')[0]).toBe(
      'project USER=#0 | ID=#8',
    );
  });

  test('beside an expression in ON only the plain column can be the key', () => {
    const from = 'FROM clicks c JOIN users u ON LCASE(c.page) = u.id';
    expect(plan(`SELECT u.id, ms ${from}`)[0]).toBe('project ID=#0 | MS=#3');
    expect(wrong(`SELECT ms ${from}`)).toBe(
      'BAD_STATEMENT 1:1 Key missing from projection: the result is keyed by the join expression U.ID, so SELECT must contain it (SELECT U.ID, ...).',
    );
  });

  test('a sign before a plain column leaves it plain', () => {
    expect(plan('SELECT n, t.id FROM clicks c JOIN totals t ON n + 1 = +t.id')).toEqual([
      'project ID=#0 | N=#4',
      'join INNER (N + 1) = ID',
      '  source CLICKS AS C',
      '  source TOTALS AS T',
    ]);
  });

  test('pseudo columns of a source are carried along only when they are named', () => {
    expect(
      plan('SELECT c.user, c.rowtime AS t, u.rowtime FROM clicks c JOIN users u ON user = id'),
    ).toEqual([
      'project USER=#0 | T=#8, U_ROWTIME=#13',
      'join INNER USER = ID',
      '  source CLICKS AS C',
      '  source USERS AS U',
    ]);
  });

  test('grouping by the join key needs no new key', () => {
    expect(groupedJoin('LEFT JOIN', 'user')).toBe('aggregate USER=#0 | COUNT()');
    expect(groupedJoin('LEFT JOIN', 'id')).toBe('aggregate ID=#8 | COUNT()');
    expect(groupedJoin('JOIN', 'id')).toBe('aggregate ID=#0 | COUNT()');
  });

  test('a second table is joined to the joined rows', () => {
    expect(
      plan(
        'SELECT u.city, state, ms FROM clicks c JOIN users u ON user = id JOIN cities t ON u.city = t.name',
      ),
    ).toEqual([
      'project CITY=#0 | STATE=#13, MS=#3',
      'join INNER U_CITY = NAME',
      '  join INNER USER = ID',
      '    source CLICKS AS C',
      '    source USERS AS U',
      '  source CITIES AS T',
    ]);
  });

  test('* under PARTITION BY makes values of the pseudo columns', () => {
    expect(plan('SELECT * FROM visits v JOIN users u ON who = id PARTITION BY seats')[0]).toBe(
      'project V_SEATS=#0 | V_WHO=#1, V_DAY=#2, V_SEEN=#3, V_ROWTIME=#4, V_ROWPARTITION=#5, V_ROWOFFSET=#6, U_CITY=#7, U_AGE=#8, U_PAGE=#9, U_ROWTIME=#10, U_ROWPARTITION=#11, U_ROWOFFSET=#12, U_ID=#13',
    );
  });
});

describe('refused joins', () => {
  test.each([
    [
      'clicks c JOIN visits v WITHIN 1 DAY ON c.user = v.who',
      'BAD_STATEMENT 1:24 Joining two streams (C and V) is not supported by this version.',
    ],
    [
      'users u JOIN totals t ON u.age = t.id',
      'BAD_STATEMENT 1:23 Joining two tables (U and T) is not supported by this version.',
    ],
    [
      'users u JOIN clicks c ON u.id = c.user',
      'BAD_STATEMENT 1:23 A table cannot be joined with a stream (U and C). Name the stream first: FROM C JOIN ...',
    ],
    [
      'clicks c RIGHT JOIN users u ON user = id',
      'BAD_STATEMENT 1:24 A stream can be joined with a table by INNER and LEFT joins, not by a RIGHT join.',
    ],
    [
      'clicks c JOIN users u WITHIN 1 DAY ON user = id',
      'BAD_STATEMENT 1:37 WITHIN belongs to joins of two streams; a stream meets the current row of a table. Leave it out.',
    ],
    [
      'clicks c JOIN hourly h ON user = id',
      'BAD_STATEMENT 1:24 H is windowed and the stream is not: windowed sources join only with windowed sources.',
    ],
    [
      'clicks c JOIN clicks d ON c.user = d.user',
      'BAD_STATEMENT 1:29 CLICKS cannot be joined to itself: a source may stand in FROM once.',
    ],
    [
      'clicks c JOIN users c ON c.user = c.id',
      'BAD_STATEMENT 1:29 Two sources of the query are called C. Give one of them another alias.',
    ],
    [
      'clicks c JOIN users u ON user = id AND ms = 1',
      'BAD_STATEMENT 1:40 A join condition must be a single equality, ON a.x = b.y; found several conditions joined by AND.',
    ],
    [
      'clicks c JOIN users u ON user < id',
      'BAD_STATEMENT 1:40 A join condition must be a single equality, ON a.x = b.y; found the operator <.',
    ],
    [
      'clicks c JOIN users u ON user = c.page',
      'BAD_STATEMENT 1:40 Each side of a join condition must refer to another source, one of them U; found C and C.',
    ],
    [
      "clicks c JOIN users u ON user = 'x'",
      'BAD_STATEMENT 1:47 Each side of a join condition must contain columns of exactly one source; this one has columns of none.',
    ],
    [
      'clicks c JOIN users u ON user = city',
      "BAD_STATEMENT 1:40 A stream joins a table on the table's primary key, a single column; the key of USERS is ID, but found C_USER = U_CITY.",
    ],
    [
      'clicks c JOIN pairs p ON c.n = p.a',
      "BAD_STATEMENT 1:40 A stream joins a table on the table's primary key, a single column; the key of PAIRS is A, B, but found C_N = P_A.",
    ],
    [
      'clicks c JOIN users u ON ms = id',
      "TYPE_MISMATCH 1:40 The two sides of a join condition must have the same type: C_MS is BIGINT, U_ID is STRING. Add a CAST on the stream's side.",
    ],
    [
      'clicks c JOIN users u ON c.user = u.idd',
      'UNKNOWN_COLUMN 1:49 JOIN ON column U.IDD cannot be resolved: there is none in U. Did you mean ID?',
    ],
    [
      'clicks c JOIN users u ON page = id',
      "BAD_STATEMENT 1:40 Column PAGE is ambiguous: it could be C.PAGE or U.PAGE. Put the source's name before it.",
    ],
    [
      'clicks c JOIN cities t ON c.user = t.name',
      "BAD_STATEMENT 1:24 Can't join CLICKS with CITIES: partition counts are 2 and 5, but to join on their keys they must be the same. Copy one with CREATE ... WITH (PARTITIONS=n) AS SELECT.",
    ],
    [
      'raw r JOIN users u ON r.v = u.id',
      'BAD_STATEMENT 1:21 RAW has the value format KAFKA, which supports no JOIN. Use another VALUE_FORMAT.',
    ],
    [
      'clicks c JOIN nobody n ON c.user = n.id',
      'UNKNOWN_SOURCE 1:29 The stream or table NOBODY does not exist.',
    ],
  ])('FROM %s', (from, expected) => {
    expect(wrong(`SELECT * FROM ${from}`)).toBe(expected);
  });
});
