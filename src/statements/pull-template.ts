/** A text with the literals behind `=` taken out: texts of one key differ in nothing else. */
export interface PullTemplate {
  readonly key: string;
  /** In order. */
  readonly literals: readonly TemplateLiteral[];
}

export interface TemplateLiteral {
  readonly kind: 'text' | 'integer';
  /** As it stands in the text. */
  readonly text: string;
  /** Index of its first character. */
  readonly start: number;
}

/** Longer texts are planned each time: remembering them would cost more than it saves. */
const TEXT_LENGTH_MAX = 2000;

/**
 * What matters of a text: what stands in quotes, comments, blanks that are not one space, and `=` with a literal behind
 * it.
 */
const POINT =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|--|\/\*|'|\s{2,}|[^\S ]|=(\s*)('(?:[^']|'')*'|\d[\w.]*)?/g;

/** Most texts have no other. */
const PLAIN = /^[ -~]*$/;

/** Characters the parser may refuse. */
const ODD = /[^\P{C}\n\r\t]/u;

/** The end of another operator, which `=` belongs to. */
const OPERATOR = /[<>!:]\s*$/;

/**
 * The template of a text; null for one that is too long, has comments or odd characters, or mentions variables. The literals are those
 * that `=` compares with something on its left.
 */
export function pullTemplate(sql: string): PullTemplate | null {
  if (sql.length > TEXT_LENGTH_MAX || sql.includes('${')) return null;
  if (!PLAIN.test(sql) && ODD.test(sql)) return null;
  const literals: TemplateLiteral[] = [];
  let key = '';
  let done = 0;
  POINT.lastIndex = 0;
  for (let match = POINT.exec(sql); match !== null; match = POINT.exec(sql)) {
    const [point, blanks = '', literal] = match;
    const { index } = match;
    if (point === '--' || point === '/*' || point === "'") return null;
    if (point.startsWith('=')) {
      const kind = literal === undefined ? null : literalKind(literal);
      if (kind === null || OPERATOR.test(sql.slice(Math.max(0, index - LOOK_BACK), index))) {
        POINT.lastIndex = index + 1;
        continue;
      }
      literals.push({ kind, text: literal!, start: index + 1 + blanks.length });
      const shown = kind === 'text' ? '\0t' : '\0i';
      key += `${sql.slice(done, index)}=${blanks === '' ? '' : ' '}${shown}`;
    } else if (point.trim() === '') {
      key += `${sql.slice(done, index)} `;
    } else continue;
    done = index + point.length;
  }
  return { key: key + sql.slice(done), literals };
}

/** Operators are short, and nobody writes many blanks into one. */
const LOOK_BACK = 8;

function literalKind(token: string): TemplateLiteral['kind'] | null {
  if (token.startsWith("'")) return 'text';
  return /^\d{1,15}$/.test(token) ? 'integer' : null;
}
