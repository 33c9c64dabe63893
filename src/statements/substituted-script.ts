import type { ParsedStatement } from '../../grammar/parser.ts';
import { splitStatements } from '../../grammar/split.ts';
import { type Overrides, sessionProperties, SUBSTITUTION_PROPERTY } from './session-properties.ts';
import {
  checkSubstitutedSize,
  mentionsVariables,
  substituteVariables,
  type Variables,
  withoutVariable,
  withVariable,
} from './variables.ts';

/** What a request starts with. */
export interface Session {
  readonly overrides: Overrides;
  readonly variables: Variables;
}

const SETS_SESSION = /\b(?:define|undefine|set|unset)\b/i;

/**
 * The text with its variables replaced, statement by statement: a DEFINE counts from the next statement on, and so
 * does a SET that switches substitution on or off.
 * @param parse gives the statements of a text, or none when it is not SQL; then parsing the result says what is wrong.
 * @throws DatabaseError BAD_STATEMENT or TOO_LARGE, see substituteVariables.
 */
export function substituteScript(
  text: string,
  session: Session,
  parse: (text: string) => readonly ParsedStatement[],
): string {
  if (!mentionsVariables(text)) return text;
  let { variables } = session;
  let { substitution } = sessionProperties(session.overrides);
  let script = '';
  let copied = 0;
  for (const statement of splitStatements(text).statements) {
    const start = text.indexOf(statement, copied);
    const result = substitution ? substituteVariables(statement, variables) : statement;
    // Blanks between statements stay, so that lines are counted as they were sent.
    script += text.slice(copied, start) + result;
    copied = start + statement.length;
    checkSubstitutedSize(script);
    if (!SETS_SESSION.test(result)) continue;
    for (const { statement: node } of parse(result)) {
      if (node.kind === 'define') variables = withVariable(variables, node.name.name, node.value);
      if (node.kind === 'undefine') variables = withoutVariable(variables, node.name.name);
      if (node.kind === 'set' && node.property === SUBSTITUTION_PROPERTY) {
        substitution = node.value !== 'false';
      }
      if (node.kind === 'unset' && node.property === SUBSTITUTION_PROPERTY) substitution = true;
    }
  }
  const rest = text.slice(copied);
  return script + (substitution ? substituteVariables(rest, variables) : rest);
}
