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

describe('joins of streams and of tables', () => {
  test('two streams say how far apart their rows may be', () => {
    const { root } = analyze(
      'SELECT c.user, ms, seats FROM clicks c LEFT JOIN visits v WITHIN (1 SECOND, 2 HOURS) GRACE PERIOD 5 MINUTES ON c.user = v.who',
      'persistent',
    );
    expect(root.input).toMatchObject({
      kind: 'join',
      join: 'stream-stream',
      type: 'LEFT',
      within: { beforeMs: 1_000, afterMs: 7_200_000, graceMs: 300_000 },
      result: 'stream',
    });
  });

  test('a FULL join has a key of its own, which * begins with', () => {
    expect(plan('SELECT * FROM users u FULL JOIN profiles p ON u.id = p.id')[0]).toBe(
      'project ROWKEY=#0 | U_ID=#1, U_CITY=#2, U_AGE=#3, U_PAGE=#4, P_ID=#5, P_MAIL=#6',
    );
    expect(wrong('SELECT u.id, mail FROM users u FULL JOIN profiles p ON u.id = p.id')).toBe(
      'BAD_STATEMENT 1:1 Key missing from projection: the result is keyed by the join expression ROWKEY, so SELECT must contain it (SELECT ROWKEY, ...).\n' +
        'ROWKEY was added as a synthetic key column because the join criteria did not match any source column. This expression must be included in the projection and may be aliased.',
    );
  });

  test('so has a join of two expressions; the key cannot be qualified', () => {
    const from = 'FROM users u JOIN profiles p ON u.id = p.id';
    expect(wrong(`SELECT ROWKEY, mail ${from}`)).toContain('ROWKEY cannot be resolved');
    const of = 'FROM clicks c JOIN visits v WITHIN 1 DAY ON UCASE(c.user) = UCASE(v.who)';
    expect(plan(`SELECT rowkey AS k, ms ${of}`)[0]).toBe('project K=#0 | MS=#3');
    expect(plan(`SELECT v.*, rowkey ${of}`)[0]).toMatch(/^project ROWKEY=#0 \| V_WHO=#\d+/);
  });

  test('a foreign-key join keeps the key of the left table', () => {
    const { root } = analyze(
      'SELECT p.b, p.a, v, city FROM pairs p LEFT JOIN users u ON p.v = u.id',
      'persistent',
    );
    expect(explain(root)[0]).toBe('project A=#0, B=#1 | V=#4, CITY=#6');
    expect(root.input).toMatchObject({ join: 'foreign-key', type: 'LEFT', result: 'table' });
    expect(wrong('SELECT p.b, v, city FROM pairs p JOIN users u ON p.v = u.id')).toBe(
      'BAD_STATEMENT 1:1 Primary key column missing in projection. For foreign-key table-table joins, the projection must include all primary key columns from the left input table (`P`). Missing column: `A`.',
    );
  });

  test('a join that follows one on a foreign key is on the left key', () => {
    const from =
      'FROM users u JOIN cities t ON u.city = t.name LEFT JOIN profiles p ON u.id = p.id';
    expect(plan(`SELECT p.id, state, mail ${from}`)[0]).toBe('project P_ID=#0 | STATE=#6, MAIL=#8');
    expect(wrong(`SELECT state, mail ${from}`)).toContain('U.ID or P.ID');
  });

  test('equal operands carry the key through a chain', () => {
    const chain =
      'FROM clicks c JOIN visits v WITHIN 1 DAY ON c.user = LCASE(v.who) JOIN users u ON LCASE(v.who) = u.id';
    const lines = plan(`SELECT c.user, ms, city ${chain}`);
    expect(lines[0]).toBe('project USER=#0 | MS=#3, CITY=#13');
    expect(lines[1]).toBe('join INNER ROWKEY = ID');
    expect(wrong(`SELECT v.who, ms ${chain}`)).toContain('C.USER or U.ID');
  });

  test('a FULL join ends the chain: the next one is on a column of the joined rows', () => {
    const chain =
      'FROM clicks c FULL JOIN visits v WITHIN 1 DAY ON c.user = v.who JOIN users u ON c.user = u.id';
    expect(plan(`SELECT c.user, ms, city ${chain}`)[1]).toBe('join INNER C_USER = ID');
  });

  test('partitioning by the key that is selected changes nothing', () => {
    const from = 'FROM clicks c JOIN visits v WITHIN 1 DAY ON c.user = v.who';
    expect(plan(`SELECT c.user, ms ${from} PARTITION BY c.user`)[1]).toBe('join INNER USER = WHO');
    expect(plan(`SELECT c.user, v.who, ms ${from} PARTITION BY v.who`)[1]).toContain('partitionBy');
  });
});

describe('refused joins', () => {
  test.each([
    [
      'clicks c JOIN visits v ON c.user = v.who',
      'BAD_STATEMENT 1:24 Joining two streams requires a WITHIN clause that says how far apart in time their rows may be: JOIN ... WITHIN 1 HOUR ON ...',
    ],
    [
      'users u JOIN pairs p ON u.age = p.a',
      'BAD_STATEMENT 1:39 Invalid join condition: table-table joins require to join on the primary key of the right input table. Got U.AGE = P.A. The primary key of PAIRS is A, B, and only tables with a single key column can be joined.',
    ],
    [
      'clicks c FULL JOIN users u ON user = id',
      'BAD_STATEMENT 1:24 Invalid join type: full-outer join not supported for stream-table join. Got C [FULL OUTER] JOIN U. Use INNER or LEFT.',
    ],
    [
      'totals t FULL JOIN users u ON CAST(t.id AS VARCHAR) = u.id',
      'BAD_STATEMENT 1:24 Invalid join type: FULL OUTER JOIN on a foreign key is not supported. Got CAST(T_ID AS STRING) = U.ID. Use INNER or LEFT.',
    ],
    [
      'users u JOIN profiles p ON u.id = p.id JOIN cities t ON u.city = t.name',
      'BAD_STATEMENT 1:71 Invalid join condition: foreign-key table-table joins are not supported as part of n-way joins. Got U.CITY = T.NAME. A foreign-key join can only be the first.',
    ],
    [
      'users u FULL JOIN profiles p ON u.id = p.id JOIN cities t ON u.id = t.name',
      'BAD_STATEMENT 1:76 Invalid join condition: the rows joined so far are not keyed by U.ID, and tables cannot be re-keyed. Got U.ID = T.NAME. Make a table of the first joins, and join that.',
    ],
    [
      'clicks c JOIN users u ON user = id JOIN users v ON user = v.id',
      "BAD_STATEMENT 1:55 N-way joins do not support multiple occurrences of the same source. Source: 'USERS'.",
    ],
    [
      'clicks c JOIN users u ON user = id JOIN cities t ON c.user = u.id',
      'BAD_STATEMENT 1:67 A join criteria is expected to reference the source (`T`) in the FROM clause, instead the right source references `U` and the left source references `C`.',
    ],
    [
      'users u JOIN clicks c ON u.id = c.user',
      'BAD_STATEMENT 1:23 Invalid join order: table-stream joins are not supported; only stream-table joins. Got U [INNER] JOIN C. Name the stream first.',
    ],
    [
      'clicks c RIGHT JOIN users u ON user = id',
      'BAD_STATEMENT 1:24 Invalid join type: right join not supported for stream-table join. Got C [RIGHT] JOIN U. Use INNER or LEFT.',
    ],
    [
      'clicks c JOIN users u WITHIN 1 DAY ON user = id',
      'BAD_STATEMENT 1:37 Invalid join condition: WITHIN belongs to joins of two streams; a table has one current row for each key. Leave it out.',
    ],
    [
      'clicks c JOIN hourly h ON user = id',
      'BAD_STATEMENT 1:24 Can not join windowed source to non-windowed source.\n`C` is not windowed\n`H` is TUMBLING windowed',
    ],
    [
      'clicks c JOIN clicks d ON c.user = d.user',
      "BAD_STATEMENT 1:29 Can not join 'CLICKS' to 'CLICKS': self joins are not yet supported. Copy it first: CREATE ... AS SELECT * FROM CLICKS.",
    ],
    [
      'clicks c JOIN users c ON c.user = c.id',
      'BAD_STATEMENT 1:29 Two sources of the query are called C. Give one of them another alias.',
    ],
    [
      'clicks c JOIN users u ON user = id AND ms = 1',
      'BAD_STATEMENT 1:40 Invalid join condition: joins on multiple conditions are not yet supported. Got several conditions joined by AND; a join condition is a single equality, ON a.x = b.y.',
    ],
    [
      'clicks c JOIN users u ON user < id',
      'BAD_STATEMENT 1:40 Invalid join condition: only equality join conditions are supported. Got the operator <; a join condition is a single equality, ON a.x = b.y.',
    ],
    [
      'clicks c JOIN users u ON user = c.page',
      'BAD_STATEMENT 1:40 Each side of the join must reference exactly one source and not the same source. Left side references `C` and right references `C`.',
    ],
    [
      "clicks c JOIN users u ON user = 'x'",
      'BAD_STATEMENT 1:47 Invalid comparison expression in join: each side of the join comparison must contain references from exactly one source; this one refers to none.',
    ],
    [
      'clicks c JOIN users u ON user = city',
      "BAD_STATEMENT 1:40 Invalid join condition: stream-table joins require to join on the table's primary key. Got C.USER = U.CITY. The primary key of USERS is ID.",
    ],
    [
      'clicks c JOIN pairs p ON c.n = p.a',
      "BAD_STATEMENT 1:40 Invalid join condition: stream-table joins require to join on the table's primary key. Got C.N = P.A. The primary key of PAIRS is A, B, and only tables with a single key column can be joined.",
    ],
    [
      'clicks c JOIN users u ON ms = id',
      "TYPE_MISMATCH 1:40 Invalid join condition: types don't match. Got C.MS{BIGINT} = U.ID{STRING}. Add a CAST to one side.",
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
      'raw r JOIN users u ON r.v = u.id',
      "BAD_STATEMENT 1:21 Source(s) RAW are using the 'KAFKA' value format. This format does not yet support JOIN. Use another VALUE_FORMAT.",
    ],
    [
      'clicks c JOIN nobody n ON c.user = n.id',
      'UNKNOWN_SOURCE 1:29 The stream or table NOBODY does not exist.',
    ],
  ])('FROM %s', (from, expected) => {
    expect(wrong(`SELECT * FROM ${from}`)).toBe(expected);
  });
});
