import type { EmbeddedActionsParser as Base, IToken, ParserMethod } from 'chevrotain';
import type {
  AliasedSource,
  ExpressionNode,
  Identifier,
  Location,
  PropertyNode,
  QueryNode,
  StatementNode,
  TypeNode,
} from './ast.ts';
import type { categories, keywords, symbols, values } from './tokens.ts';

/** A grammar rule that gives a `Result`; only other rules call it, through `SUBRULE`. */
export type Rule<Result, Arguments extends unknown[] = []> = ParserMethod<Arguments, Result>;

type Numbered<Name extends string> = Name | `${Name}${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8}`;

type Methods<Name extends string, Method> = { readonly [K in Numbered<Name>]: Method };

type ParsingMethods = Methods<'CONSUME', Base['CONSUME']> &
  Methods<'SUBRULE', Base['SUBRULE']> &
  Methods<'OPTION', Base['OPTION']> &
  Methods<'OR', Base['OR']> &
  Methods<'MANY', Base['MANY']> &
  Methods<'MANY_SEP', Base['MANY_SEP']> &
  Methods<'AT_LEAST_ONE', Base['AT_LEAST_ONE']> &
  Methods<'AT_LEAST_ONE_SEP', Base['AT_LEAST_ONE_SEP']>;

/**
 * What rules in files of their own need of the parser: chevrotain's methods, which it keeps for subclasses, and ours.
 *
 * chevrotain runs every rule once to record the grammar; rules then get dummy tokens and results, so everything that
 * looks into them stands in an `ACTION`.
 */
export type RuleBuilder = ParsingMethods & {
  readonly RULE: Base['RULE'];
  readonly ACTION: Base['ACTION'];
  readonly LA: Base['LA'];
  /** From the token to the last one consumed. */
  since(first: IToken): Location;
  /** From the start of the node to the last token consumed. */
  extend(start: Location): Location;
  /** Goes one level deeper; refuses at the token what is nested too deeply. Ended by `leave`. */
  enter(token: IToken): void;
  leave(count?: number): void;
  /** Refuses the statement at the token, or at a place of a node, for a reason that is not in the grammar. */
  fail(at: IToken | Location, reason: string): never;
};

/** The rules that statements share, defined before them, and the token types. */
export interface SharedRules {
  readonly keywords: typeof keywords;
  readonly symbols: typeof symbols;
  readonly values: typeof values;
  readonly categories: typeof categories;
  /** Any name. */
  readonly name: Rule<Identifier>;
  /** The name of a stream or table: only letters, digits, `_` and `-`. */
  readonly sourceName: Rule<Identifier>;
  readonly sourceKind: Rule<'STREAM' | 'TABLE'>;
  /** An unsigned integer literal up to 2^31 - 1. */
  readonly count: Rule<number>;
  /** The text of a string literal. */
  readonly string: Rule<string>;
  /** `WITH (name = literal, ...)` */
  readonly properties: Rule<readonly PropertyNode[]>;
  /** The same with names as they are given, for settings of another system. */
  readonly settings: Rule<readonly PropertyNode[]>;
  readonly type: Rule<TypeNode>;
  /** Any expression. */
  readonly expression: Rule<ExpressionNode>;
  /** An expression without a predicate, NOT, AND or OR outside parentheses. */
  readonly value: Rule<ExpressionNode>;
  readonly aliasedSource: Rule<AliasedSource>;
  readonly query: Rule<QueryNode>;
  /** Any statement, without its `;`. */
  readonly statement: Rule<StatementNode>;
}

/**
 * One statement of the dialect, or close kin that start alike and so share a rule.
 *
 * A new statement is one such definition in a file of its own, a line in the list of `statements/index.ts` and its
 * node in `ast.ts`.
 */
export interface StatementDefinition<Node extends StatementNode = StatementNode> {
  /** Names the rule. */
  readonly name: string;
  /** The third word, where the first two do not tell the statement from one further down in the list. */
  readonly third?: 'CONNECTOR';
  readonly kinds: readonly Node['kind'][];
  define($: RuleBuilder, rules: SharedRules): Rule<Node>;
  /** SQL that parses back to the node, without `;`. `formatInner` is for statements within statements. */
  format(node: Node, formatInner: (node: StatementNode) => string): string;
}
