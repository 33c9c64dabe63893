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

const TOKEN =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|--|\/\*|\d[\w.]*|[A-Za-z_@][\w@]*|\s+|[^]/gy;

/** Characters the parser may refuse. */
const ODD = /[^\P{C}\n\r\t]/u;

/** What may stand before `=` in another operator. */
const OPERATOR = /[<>!:]/;

/**
 * The template of a text; null for one that is too long, has comments or odd characters, or mentions variables. The literals are those
 * that `=` compares with something on its left.
 */
export function pullTemplate(sql: string): PullTemplate | null {
  if (sql.length > TEXT_LENGTH_MAX || sql.includes('${') || ODD.test(sql)) return null;
  const literals: TemplateLiteral[] = [];
  let key = '';
  let before = '';
  let last = '';
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(sql); match !== null; match = TOKEN.exec(sql)) {
    const [token] = match;
    if (token === '--' || token === '/*' || token === "'") return null;
    if (token.trim() === '') {
      key += ' ';
      continue;
    }
    const kind = last === '=' && !OPERATOR.test(before) ? literalKind(token) : null;
    if (kind === null) key += token;
    else {
      literals.push({ kind, text: token, start: match.index });
      key += kind === 'text' ? '\0t' : '\0i';
    }
    before = last;
    last = token;
  }
  return { key, literals };
}

function literalKind(token: string): TemplateLiteral['kind'] | null {
  if (token.startsWith("'")) return 'text';
  return /^\d{1,15}$/.test(token) ? 'integer' : null;
}
