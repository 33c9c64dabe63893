import { STRING, type SqlType } from '../../sql/types.ts';

/** `ARRAY<STRING>`. */
export const STRINGS: SqlType = { kind: 'ARRAY', element: STRING };

/** `MAP<STRING, STRING>`. */
export const STRINGS_BY_NAME: SqlType = { kind: 'MAP', key: STRING, value: STRING };
