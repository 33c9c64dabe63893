import { describe, expect, test } from 'vitest';
import { DeserializationError } from '../../src/formats/format.ts';
import { createJsonDecoder, LEARN_AFTER } from '../../src/formats/json-decoder.ts';
import { jsonFormat } from '../../src/formats/json.ts';
import type { Column } from '../../src/sql/schema.ts';
import {
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  DOUBLE,
  INTEGER,
  STRING,
  TIME,
  TIMESTAMP,
  type Row,
  type SqlType,
  type Value,
} from '../../src/sql/types.ts';
import { decode } from './round-trip.ts';

const CLICKS: readonly Column[] = [
  { name: 'USER_ID', type: STRING },
  { name: 'PAGE', type: STRING },
  { name: 'MS', type: BIGINT },
  { name: 'TS', type: BIGINT },
];

/** What column F of the type reads from a field of this JSON. */
function read(type: SqlType, json: string): Value {
  return decode(jsonFormat, [{ name: 'F', type }], `{"F":${json}}`)![0]!;
}

function nested(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth);
}

function decimal(precision: number, scale: number): SqlType {
  return { kind: 'DECIMAL', precision, scale };
}

describe('fields', () => {
  test('fill the columns in any order, blanks or not', () => {
    const row = ['u1234', '/p/123', 123, 1_700_000_000_000];
    const compact = '{"USER_ID":"u1234","PAGE":"/p/123","MS":123,"TS":1700000000000}';
    const loose =
      ' {\n"TS" : 1700000000000 ,\t"MS":123, "PAGE":"/p/123",\r\n"USER_ID":"u1234" } \n';
    expect(decode(jsonFormat, CLICKS, compact)).toEqual(row);
    expect(decode(jsonFormat, CLICKS, loose)).toEqual(row);
  });

  test('of any letter case fill an upper-case column', () => {
    const payload = '{"user_id":"u","Page":"p","mS":1,"TS":2}';
    expect(decode(jsonFormat, CLICKS, payload)).toEqual(['u', 'p', 1, 2]);
  });

  test('of other letter case do not fill a lower-case column', () => {
    const columns = [{ name: 'page', type: STRING }];
    expect(decode(jsonFormat, columns, '{"PAGE":"a","Page":"b"}')).toEqual([null]);
    expect(decode(jsonFormat, columns, '{"page":"a"}')).toEqual(['a']);
  });

  test('that no column has are ignored, missing ones are null', () => {
    const payload = '{"x":{"y":[1,{"z":null}]},"MS":1,"é":"é\\u00e9"}';
    expect(decode(jsonFormat, CLICKS, payload)).toEqual([null, null, 1, null]);
    expect(decode(jsonFormat, CLICKS, '{}')).toEqual([null, null, null, null]);
  });

  test('with an exact name win over other letter cases, even if null', () => {
    const columns = [{ name: 'A', type: INTEGER }];
    expect(decode(jsonFormat, columns, '{"A":1,"a":2}')).toEqual([1]);
    expect(decode(jsonFormat, columns, '{"a":2,"A":1}')).toEqual([1]);
    expect(decode(jsonFormat, columns, '{"a":2,"A":null}')).toEqual([null]);
  });

  test('that repeat count by their last value, whatever the others hold', () => {
    const columns = [{ name: 'AB', type: INTEGER }];
    expect(decode(jsonFormat, columns, '{"AB":"no number","AB":2}')).toEqual([2]);
    expect(decode(jsonFormat, columns, '{"ab":1,"aB":2,"Ab":3}')).toEqual([3]);
    expect(decode(jsonFormat, columns, '{"ab":1,"aB":2,"ab":3}')).toEqual([3]);
  });

  test('can fill two columns whose names differ in case', () => {
    const columns = [
      { name: 'A', type: INTEGER },
      { name: 'a', type: INTEGER },
    ];
    expect(decode(jsonFormat, columns, '{"a":1}')).toEqual([1, 1]);
    expect(decode(jsonFormat, columns, '{"A":1}')).toEqual([1, null]);
    expect(decode(jsonFormat, columns, '{"A":1,"a":2}')).toEqual([1, 2]);
  });

  test('are found when their names are escaped, not ASCII, or of another length in upper case', () => {
    const columns = [
      { name: 'A', type: INTEGER },
      { name: 'STRASSE', type: INTEGER },
      { name: '__PROTO__', type: INTEGER },
      { name: '日本', type: INTEGER },
    ];
    const payload = '{"\\u0041":1,"straße":2,"__proto__":3,"日本":4}';
    expect(decode(jsonFormat, columns, payload)).toEqual([1, 2, 3, 4]);
  });

  test('that are not needed are null, and checked all the same', () => {
    const needed = [true, false, false, true];
    const spec = { name: 'JSON' };
    const good = '{"USER_ID":"u","PAGE":[1,"\\n",{}],"MS":"x","TS":1}';
    expect(decode(jsonFormat, CLICKS, good, spec, needed)).toEqual(['u', null, null, 1]);
    for (const bad of ['01', '1.', '"\\x"', '"\t"', 'nul', '[1,]', '{"a"}', '{"a":1,}', '1e']) {
      const payload = `{"USER_ID":"u","PAGE":${bad},"TS":1}`;
      expect(() => decode(jsonFormat, CLICKS, payload, spec, needed)).toThrow(DeserializationError);
    }
  });

  test('keep their meaning when a decoder meets many shapes of record', () => {
    const decoder = createJsonDecoder({
      columns: CLICKS,
      spec: { name: 'JSON' },
      needed: [true, true, true, true],
    });
    const row: Row = [];
    for (let i = 0; i < 3000; i++) {
      const noise = `"n${i}${'x'.repeat(i % 50)}":${i}`;
      const text = i % 2 === 0 ? `{${noise},"MS":${i}}` : `{"ms":${i},${noise},"page":"${i}"}`;
      const bytes = Buffer.from(text);
      expect(decoder(bytes, 0, bytes.length, row, 0)).toBe(true);
      expect(row).toEqual([null, i % 2 === 0 ? null : String(i), i, null]);
    }
  });
});

describe('payloads', () => {
  test('null is a null row', () => {
    expect(decode(jsonFormat, CLICKS, ' null ')).toBeNull();
    const spec = { name: 'JSON', unwrapped: true };
    expect(decode(jsonFormat, [{ name: 'F', type: BIGINT }], 'null', spec)).toBeNull();
  });

  test('of a single unwrapped column are the bare value', () => {
    const spec = { name: 'JSON', unwrapped: true };
    const array: SqlType = { kind: 'ARRAY', element: STRING };
    expect(decode(jsonFormat, [{ name: 'F', type: BIGINT }], ' 42 ', spec)).toEqual([42]);
    expect(decode(jsonFormat, [{ name: 'F', type: array }], '[1,2,3]', spec)).toEqual([
      ['1', '2', '3'],
    ]);
  });

  test('of a bare column that is not needed only tell whether the row is null', () => {
    const columns = [{ name: 'F', type: BIGINT }];
    const spec = { name: 'JSON', unwrapped: true };
    expect(decode(jsonFormat, columns, '"x"', spec, [false])).toEqual([null]);
    expect(decode(jsonFormat, columns, 'null', spec, [false])).toBeNull();
    expect(() => decode(jsonFormat, columns, 'x', spec, [false])).toThrow('Invalid JSON');
  });

  test('are never read beyond their end', () => {
    const bytes = Buffer.from('{"MS":12,"TS":34}{"MS":5}');
    const decoder = createJsonDecoder({
      columns: CLICKS,
      spec: { name: 'JSON' },
      needed: [true, true, true, true],
    });
    const row: Row = [];
    expect(decoder(bytes, 0, 17, row, 0)).toBe(true);
    expect(row).toEqual([null, null, 12, 34]);
    for (let end = 0; end < 17; end++) {
      expect(() => decoder(bytes, 0, end, row, 0)).toThrow(DeserializationError);
    }
    expect(() => decoder(bytes, 0, 18, row, 0)).toThrow(DeserializationError);
  });

  test('that are not an object are refused with what was found', () => {
    expect(() => decode(jsonFormat, CLICKS, '[1]')).toThrow(
      'Cannot read the columns USER_ID, PAGE, MS, TS: found [1], expected a JSON object',
    );
    expect(() => decode(jsonFormat, CLICKS, '12')).toThrow('found 12, expected a JSON object');
    expect(() => decode(jsonFormat, CLICKS, '')).toThrow('The payload is empty');
  });

  test('that are not JSON are refused with the place and what was expected', () => {
    expect(() => decode(jsonFormat, CLICKS, '{"MS":12;}')).toThrow(
      `Invalid JSON at byte 8: found ';', expected ',' or '}'`,
    );
  });

  test('that are not UTF-8 are refused, also where nobody reads', () => {
    for (const name of ['PAGE', 'other']) {
      const payload = Buffer.from(`{"${name}":"a_b"}`);
      payload[payload.indexOf('_')] = 0xff;
      expect(() => decode(jsonFormat, CLICKS, payload)).toThrow('not valid UTF-8');
    }
    expect(decode(jsonFormat, CLICKS, '{"PAGE":"\ufffd"}')).toEqual([null, '\ufffd', null, null]);
  });

  test('nested deeper than 200 levels are refused', () => {
    const columns = [{ name: 'F', type: STRING }];
    for (const name of ['F', 'other']) {
      expect(decode(jsonFormat, columns, `{"${name}":${nested(199)}}`)).toHaveLength(1);
      expect(() => decode(jsonFormat, columns, `{"${name}":${nested(200)}}`)).toThrow(
        'nested deeper than 200 levels',
      );
      expect(() => decode(jsonFormat, columns, `{"${name}":${nested(100_000)}}`)).toThrow(
        'nested deeper than 200 levels',
      );
    }
  });
});

describe('values', () => {
  test.each<[SqlType, string, Value]>([
    [BOOLEAN, 'true', true],
    [BOOLEAN, 'false', false],
    [BOOLEAN, 'null', null],
    [INTEGER, '-0', 0],
    [INTEGER, '12', 12],
    [INTEGER, '-2147483648', -2147483648],
    [INTEGER, '2147483648', -2147483648],
    [INTEGER, '1.99', 1],
    [INTEGER, '-1.99', -1],
    [INTEGER, '1e3', 1000],
    [INTEGER, '" 7 "', 7],
    [INTEGER, '1e64', 0],
    [BIGINT, '9007199254740993', 9007199254740993n],
    [BIGINT, '-9223372036854775808', -(2n ** 63n)],
    [BIGINT, '9223372036854775808', -(2n ** 63n)],
    [BIGINT, '1e999999999', 0],
    [BIGINT, '1e-999999999', 0],
    [BIGINT, '123456789012345', 123456789012345],
    [BIGINT, '"-12"', -12],
    [DOUBLE, '1', 1],
    [DOUBLE, '-0', -0],
    [DOUBLE, '0.1', 0.1],
    [DOUBLE, '123456789.012345', 123456789.012345],
    [DOUBLE, '1.0E10', 1e10],
    [DOUBLE, '0.30000000000000004', 0.30000000000000004],
    [DOUBLE, '"NaN"', NaN],
    [DOUBLE, '"-Infinity"', -Infinity],
    [DOUBLE, '" 1.5 "', 1.5],
    [DOUBLE, '1e400', Infinity],
    [decimal(4, 2), '1.1', 110],
    [decimal(4, 2), '-99.99', -9999],
    [decimal(4, 2), '1.1000', 110],
    [decimal(4, 2), '"1.10"', 110],
    [decimal(4, 2), '1e1', 1000],
    [decimal(4, 2), '0e999999999', 0],
    [
      decimal(38, 18),
      '12345678901234567890.123456789012345678',
      12345678901234567890123456789012345678n,
    ],
    [decimal(20, 0), '9007199254740993', 9007199254740993n],
    [STRING, '"a"', 'a'],
    [STRING, '"é😀"', 'é😀'],
    [STRING, '"\\u00e9\\ud83d\\ude00\\"\\/\\n"', 'é😀"/\n'],
    [STRING, '1.50', '1.50'],
    [STRING, '12345678901234567890', '12345678901234567890'],
    [STRING, 'true', 'true'],
    [STRING, '{"a": 1.0, "b" : ["x"]}', '{"a":1.0,"b":["x"]}'],
    [STRING, '[1, "x", null, [true]]', '[1, x, null, [true]]'],
    [BYTES, '"AQID"', Uint8Array.of(1, 2, 3)],
    [BYTES, '""', new Uint8Array()],
    [TIME, '0', 0],
    [TIME, '86400000', 86400000],
    [TIME, '"12"', 12],
    [DATE, '-719162', -719162],
    [TIMESTAMP, '-1', -1],
    [TIMESTAMP, '1700000000000', 1700000000000],
    [{ kind: 'ARRAY', element: BIGINT }, '[1,null,"3"]', [1, null, 3]],
    [
      { kind: 'MAP', key: STRING, value: DOUBLE },
      '{"__proto__":1,"b":null}',
      new Map([
        ['__proto__', 1],
        ['b', null],
      ]),
    ],
    [
      {
        kind: 'STRUCT',
        fields: [
          { name: 'CITY', type: STRING },
          { name: 'zip', type: STRING },
        ],
      },
      '{"City":"Bonn","ZIP":"x","more":1}',
      ['Bonn', null],
    ],
  ])('%j reads %s', (type, json, expected) => {
    expect(read(type, json)).toEqual(expected);
  });

  test.each<[SqlType, string, string]>([
    [BOOLEAN, '1', 'Cannot read BOOLEAN at $.F: found 1, expected true or false'],
    [BOOLEAN, '"true"', 'expected true or false'],
    [INTEGER, '"1.5"', 'Cannot read INTEGER at $.F: found "1.5", expected a number or the text'],
    [INTEGER, 'true', 'expected a number'],
    [BIGINT, '{}', 'found {}, expected a number'],
    [BIGINT, '""', 'expected a number'],
    [DOUBLE, '"x"', 'expected a number'],
    [DOUBLE, '"0x10"', 'expected a number'],
    [
      decimal(4, 2),
      '100',
      'Cannot read DECIMAL(4, 2) at $.F: found 100, expected at most 2 digits',
    ],
    [decimal(4, 2), '1.111', 'found 1.111'],
    [decimal(4, 2), '1e999999999', 'found 1e999999999'],
    [BYTES, '"AQI"', 'expected base64 text'],
    [BYTES, '5', 'expected base64 text'],
    [TIME, '86400001', 'expected a number from 0 to 86400000'],
    [TIME, '-1', 'expected a number from 0'],
    [DATE, '2147483648', 'expected a number from -2147483648 to 2147483647'],
    [TIMESTAMP, '9007199254740992', 'expected a number from'],
    [
      { kind: 'ARRAY', element: BIGINT },
      '5',
      'Cannot read ARRAY<BIGINT> at $.F: found 5, expected an array',
    ],
    [{ kind: 'ARRAY', element: BIGINT }, '[1,true]', 'Cannot read BIGINT at $.F[1]: found true'],
    [{ kind: 'MAP', key: STRING, value: BIGINT }, '{"k":[]}', 'at $.F.k: found []'],
    [
      { kind: 'STRUCT', fields: [{ name: 'A', type: BIGINT }] },
      '[]',
      'found [], expected an object',
    ],
  ])('%j refuses %s', (type, json, message) => {
    expect(() => read(type, json)).toThrow(DeserializationError);
    expect(() => read(type, json)).toThrow(message);
  });
});

describe('records that are laid out alike', () => {
  const DECIMAL: SqlType = { kind: 'DECIMAL', precision: 6, scale: 2 };
  const columns = [
    { name: 'ID', type: BIGINT },
    { name: 'N', type: INTEGER },
    { name: 'D', type: DOUBLE },
    { name: 'P', type: DECIMAL },
    { name: 'OK', type: BOOLEAN },
    { name: 'S', type: STRING },
    { name: 'L', type: { kind: 'ARRAY', element: BIGINT } as const },
  ];
  const known = '{"id":1,"n": 2,"d":1.5,"p":1.25,"ok":true,"s":"a","extra":"x","l":[1]}';

  /** A decoder that has read so many records of that layout that it knows it. */
  function decoderOf(text: string, needed = columns.map(() => true)) {
    const decoder = createJsonDecoder({ columns, spec: { name: 'JSON' }, needed });
    const bytes = Buffer.from(text);
    for (let i = 0; i <= LEARN_AFTER; i++) decoder(bytes, 0, bytes.length, [], 0);
    return (payload: string): Row => {
      const row: Row = ['before', ...columns.map(() => 'old' as const)];
      const bytes = Buffer.from(`9${payload}9`);
      decoder(bytes, 1, bytes.length - 1, row, 1);
      return row.slice(1);
    };
  }

  test.each<[string, Row]>([
    [known, [1, 2, 1.5, 125, true, 'a', [1]]],
    [
      '{"id":-9223372036854775808,"n": -2147483648,"d":-0,"p":-9999.99,"ok":false,"s":"é","extra":"","l":[]}',
      [-(2n ** 63n), -(2 ** 31), -0, -999999, false, 'é', []],
    ],
    [
      '{"id":999999999999999,"n": "7","d":1e3,"p":7,"ok":null,"s":12,"extra":"\\n","l":null}',
      [999999999999999, 7, 1000, 700, null, '12', null],
    ],
    [
      '{"id":999999999999999999,"n": 0,"d":0.1000000000000000055511151231257827,"p":0,"ok":true,"s":"","extra":"x","l":[-0,123456789012345]}',
      [999999999999999999n, 0, 0.1, 0, true, '', [0, 123456789012345]],
    ],
    [
      '{"id":-1234567890123456,"n": 0,"d":-1.5E-3,"p":0,"ok":true,"s":"","extra":"x","l":[]}',
      [-1234567890123456, 0, -0.0015, 0, true, '', []],
    ],
    // Another order, case and number of fields, blanks, a name that comes twice.
    ['{"id":5}', [5, null, null, null, null, null, null]],
    ['{"id":5,"L":[2],"N":3}', [5, 3, null, null, null, null, [2]]],
    ['{"id":5,"n": 2 ,"D":1}', [5, 2, 1, null, null, null, null]],
    ['{"id":5,"n": 6,"id":7}', [7, 6, null, null, null, null, null]],
    ['{}', [null, null, null, null, null, null, null]],
    [
      '\n{"id":1,"n": 2,"d":1.5,"p":1.25,"ok":true,"s":"a","extra":"x","l":[1]}\n',
      [1, 2, 1.5, 125, true, 'a', [1]],
    ],
    [
      '{"id":1,"n": 2,"d":1.5,"p":1.25,"ok":true,"s":"a","extra":"x","l":[1],"more":{}}',
      [1, 2, 1.5, 125, true, 'a', [1]],
    ],
  ])('%s', (payload, expected) => {
    expect(decoderOf(known)(payload)).toEqual(expected);
  });

  test('are read without the columns nobody needs', () => {
    const decode = decoderOf(known, [false, true, false, false, false, true, false]);
    const payload = '{"id":1,"n": 3,"d":1e5,"p":"x","ok":[],"s":"b","extra":-1,"l":7}';
    expect(decode(payload)).toEqual([null, 3, null, null, null, 'b', null]);
  });

  test('are refused where they are not JSON or do not fit', () => {
    const decode = decoderOf(known);
    for (const [from, to] of [
      ['1,', '01,'],
      ['1,', ','],
      ['2,', '2.5.,'],
      ['1.5', '1.'],
      ['1.5', '.5'],
      ['1.25', '1.255'],
      ['1.25', '12345'],
      ['true', 'tru'],
      ['"a"', '"a'],
      ['"a"', '"\t"'],
      ['"x"', '"\\x"'],
      ['}', ''],
      ['}', '}}'],
    ] as const) {
      expect(() => decode(known.replace(from, to)), to).toThrow(DeserializationError);
    }
  });

  test('may be laid out anew at any time', () => {
    const decode = decoderOf(known);
    for (let i = 0; i < 5000; i++) {
      const swapped = Math.floor(i / 700) % 2 === 1;
      const payload = swapped ? `{"n":${i},"id":${-i}}` : `{"id":${-i},"n": ${i}}`;
      expect(decode(payload).slice(0, 2)).toEqual([0 - i, i]);
    }
  });

  test('may have names of any kind, which never become code', () => {
    const name = JSON.stringify('`"];process.exit()//${process.exit()}');
    const decode = decoderOf(`{${name}:1,"id":2}`);
    expect(decode(`{${name}:"x","id":3}`)[0]).toBe(3);
  });

  test('may have more fields than one function is made for', () => {
    const many = Array.from({ length: 300 }, (_, i) => `"field ${i}":${i}`).join(',');
    const decode = decoderOf(`{${many},"id":1}`);
    expect(decode(`{${many},"id":4}`)[0]).toBe(4);
    expect(decode(`{${many},"n":4}`)[1]).toBe(4);
  });
});
