import type {
  BinaryNode,
  CallNode,
  CaseNode,
  CastNode,
  ColumnNode,
  ExpressionNode,
  InNode,
  IntervalUnitNode,
  LikeNode,
  LogicalNode,
  UnaryNode,
} from '../../grammar/ast.ts';
import { unreachable } from '../base/assert.ts';
import type {
  Expression,
  LambdaParameterExpression,
  LiteralExpression,
} from '../expressions/expression.ts';
import { printExpression } from '../expressions/print.ts';
import { INTERVAL_UNIT } from '../functions/function.ts';
import { isAggregate, isTableFunction, resolveScalar } from '../functions/resolve.ts';
import { arithmeticType, canCast, isNumber } from '../sql/coerce.ts';
import { BOOLEAN, STRING, formatType, typesEqual, type SqlType } from '../sql/types.ts';
import { toCommonType } from './common-type.ts';
import { analyzeBetween, analyzeComparison, analyzeDistinct } from './comparisons.ts';
import { errorAt, locating, notSupported } from './error-at.ts';
import { branch, logical } from './expression-tree.ts';
import { untypedLambda } from './lambdas.ts';
import { analyzeLiteral, nullOf } from './literals.ts';
import {
  analyzeArray,
  analyzeDereference,
  analyzeMap,
  analyzeStruct,
  analyzeSubscript,
} from './nested.ts';
import { resolveColumn, type Scope } from './scope.ts';
import { resolveType } from './types.ts';

/**
 * How deep typed expressions may be, chains of AND and OR apart, so that nothing that walks them down to the engine
 * can run out of stack.
 */
const DEPTH_MAX = 300;

/** Chains of AND and OR with more terms than this become balanced trees. */
const LEFT_DEEP_TERMS_MAX = 64;

/**
 * Resolves every name of an expression and gives every part its type; implicit conversions become casts. Null stands
 * for the bare NULL literal, whose type only the place it stands in can tell.
 * @throws DatabaseError pointing at the part that is wrong.
 */
export function analyzeExpression(node: ExpressionNode, scope: Scope): Expression | null {
  return new ExpressionAnalyzer(scope).analyze(node);
}

/**
 * Like {@link analyzeExpression}, where a bare NULL is a mistake.
 * @param what the place, as the start of a sentence: `A SELECT item`.
 */
export function analyzeTyped(node: ExpressionNode, scope: Scope, what: string): Expression {
  const expression = analyzeExpression(node, scope);
  if (expression !== null) return expression;
  throw errorAt(
    'BAD_STATEMENT',
    node,
    `${what} cannot be a bare NULL, as its type is unknown: write CAST(NULL AS VARCHAR), or another type.`,
  );
}

/**
 * The condition of a WHERE or HAVING clause.
 * @throws DatabaseError TYPE_MISMATCH when it is not BOOLEAN.
 */
export function analyzeCondition(node: ExpressionNode, scope: Scope): Expression {
  const expression = analyzeTyped(node, scope, `The ${scope.clause} condition`);
  if (expression.type.kind === 'BOOLEAN') return expression;
  throw errorAt(
    'TYPE_MISMATCH',
    node,
    `The ${scope.clause} condition must be BOOLEAN, but ${printExpression(expression)} is ${formatType(expression.type)}.`,
  );
}

/** Walks one expression; counts how deep it is. */
export class ExpressionAnalyzer {
  readonly scope: Scope;
  #depth = 0;
  #lambdaParameters: readonly LambdaParameterExpression[] = [];

  constructor(scope: Scope) {
    this.scope = scope;
  }

  /** Null for a bare NULL. */
  analyze(node: ExpressionNode): Expression | null {
    if (this.#depth >= DEPTH_MAX) {
      throw errorAt(
        'BAD_STATEMENT',
        node,
        `The expression is nested deeper than ${DEPTH_MAX} operations. Split it over several queries.`,
      );
    }
    this.#depth += 1;
    const expression = this.#analyzeNode(node);
    this.#depth -= 1;
    return expression;
  }

  /** The parameters of the lambdas around the place that is being analyzed, outermost first. */
  get lambdaParameters(): readonly LambdaParameterExpression[] {
    return this.#lambdaParameters;
  }

  /** Analyzes the body of a lambda, which sees these parameters as well; null for a bare NULL. */
  analyzeWithParameters(
    body: ExpressionNode,
    parameters: readonly LambdaParameterExpression[],
  ): Expression | null {
    const outer = this.#lambdaParameters;
    this.#lambdaParameters = [...outer, ...parameters];
    const expression = this.analyze(body);
    this.#lambdaParameters = outer;
    return expression;
  }

  /** The parameter that an unqualified name stands for; null when it can only be a column. */
  #lambdaParameter({ qualifier, name }: ColumnNode): LambdaParameterExpression | null {
    if (qualifier !== null) return null;
    return this.#lambdaParameters.find((parameter) => parameter.name === name.name) ?? null;
  }

  /** Where the type of a bare NULL is known or does not matter. */
  analyzeAs(node: ExpressionNode, typeOfNull: SqlType): Expression {
    return this.analyze(node) ?? nullOf(typeOfNull);
  }

  #analyzeNode(node: ExpressionNode): Expression | null {
    switch (node.kind) {
      case 'literal':
        return analyzeLiteral(node);
      case 'column':
        return this.#lambdaParameter(node) ?? resolveColumn(node, this.scope).expression;
      case 'call':
        return this.#analyzeCall(node);
      case 'cast':
        return this.#analyzeCast(node);
      case 'unary':
        return this.#analyzeUnary(node);
      case 'binary':
        return this.#analyzeArithmetic(node);
      case 'comparison':
        return analyzeComparison(node, this);
      case 'distinct':
        return analyzeDistinct(node, this);
      case 'between':
        return analyzeBetween(node, this);
      case 'logical':
        return this.#analyzeLogical(node);
      case 'not':
        return { kind: 'not', type: BOOLEAN, operand: this.#operand(node.operand, 'NOT', BOOLEAN) };
      case 'isNull':
        return {
          kind: 'isNull',
          type: BOOLEAN,
          negated: node.negated,
          operand: this.analyzeAs(node.operand, STRING),
        };
      case 'in':
        return this.#analyzeIn(node);
      case 'like':
        return this.#analyzeLike(node);
      case 'case':
        return this.#analyzeCase(node);
      case 'subscript':
        return analyzeSubscript(node, this);
      case 'dereference':
        return analyzeDereference(node, this);
      case 'array':
        return analyzeArray(node, this);
      case 'map':
        return analyzeMap(node, this);
      case 'struct':
        return analyzeStruct(node, this);
      case 'lambda':
        throw errorAt(
          'BAD_STATEMENT',
          node,
          'A lambda, x => ..., can only be an argument of a function such as TRANSFORM.',
        );
      case 'intervalUnit':
        throw errorAt(
          'BAD_STATEMENT',
          node,
          `The time unit ${node.unit} can only be an argument of a function such as DATEADD.`,
        );
      default:
        return unreachable(node);
    }
  }

  #analyzeCall(node: CallNode): Expression {
    const name = node.name.name;
    if (isAggregate(name)) return this.#analyzeAggregate(node);
    if (isTableFunction(name)) return this.#analyzeTableFunction(node);
    const args = node.arguments.map((argument) => {
      if (argument.kind === 'lambda') return untypedLambda(argument, this);
      return argument.kind === 'intervalUnit' ? timeUnit(argument) : this.analyze(argument);
    });
    const types = args.map((argument) => {
      if (argument?.kind === 'LAMBDA') return argument;
      if (argument?.kind === 'literal' && argument.bare === true) return INTERVAL_UNIT;
      return argument?.type ?? null;
    });
    const resolved = locating(node, () => resolveScalar(name, types));
    return {
      kind: 'call',
      type: resolved.returnType,
      name,
      overload: resolved.overload,
      arguments: args.map((argument, index) =>
        argument?.kind === 'LAMBDA'
          ? argument.withTypes(resolved.lambdaParameterTypes[index]!)
          : convertTo(argument, resolved.parameterTypes[index]!),
      ),
    };
  }

  #analyzeAggregate(node: CallNode): Expression {
    const name = node.name.name;
    const { aggregates, clause } = this.scope;
    if (aggregates === null) {
      throw errorAt(
        'BAD_STATEMENT',
        node,
        `${clause} cannot contain the aggregate function ${name}: aggregates stand in SELECT and HAVING, not inside one another.`,
      );
    }
    const argumentAnalyzer = new ExpressionAnalyzer(aggregates.argumentScope);
    const args = node.arguments.map((argument) => argumentAnalyzer.analyze(argument));
    return locating(node, () => aggregates.add(name, args));
  }

  #analyzeTableFunction(node: CallNode): Expression {
    const name = node.name.name;
    const { tableCalls, clause } = this.scope;
    if (tableCalls === null) {
      throw errorAt(
        'BAD_STATEMENT',
        node,
        `${clause} cannot contain the table function ${name}: table functions stand in SELECT, not inside one another.`,
      );
    }
    const argumentAnalyzer = new ExpressionAnalyzer(tableCalls.argumentScope);
    const args = node.arguments.map((argument) => argumentAnalyzer.analyze(argument));
    return locating(node, () => tableCalls.add(name, args));
  }

  #analyzeCast(node: CastNode): Expression {
    const type = resolveType(node.type);
    const operand = this.analyze(node.operand);
    if (operand === null) return nullOf(type);
    if (canCast(operand.type, type)) return { kind: 'cast', type, operand, implicit: false };
    throw errorAt(
      'TYPE_MISMATCH',
      node,
      `${printExpression(operand)} cannot be cast: there is no conversion from ${formatType(operand.type)} to ${formatType(type)}.`,
    );
  }

  #analyzeUnary(node: UnaryNode): Expression {
    const operand = this.analyze(node.operand);
    if (operand === null || !isNumber(operand.type)) {
      const found = operand === null ? 'NULL' : describe(operand);
      throw errorAt(
        'TYPE_MISMATCH',
        node,
        `The sign ${node.operator} needs a number after it, but found ${found}.`,
      );
    }
    return node.operator === '+' ? operand : { kind: 'negate', type: operand.type, operand };
  }

  #analyzeArithmetic(node: BinaryNode): Expression {
    const left = this.analyze(node.left);
    const right = this.analyze(node.right);
    const type =
      left === null || right === null ? null : arithmeticType(node.operator, left.type, right.type);
    if (left !== null && right !== null && type !== null) {
      return { kind: 'arithmetic', type, operator: node.operator, left, right };
    }
    const found = [left, right].map((side) => (side === null ? 'NULL' : describe(side)));
    throw errorAt(
      'TYPE_MISMATCH',
      node,
      `The operator ${node.operator} cannot be applied to ${found.join(' and ')}. Add a CAST.`,
    );
  }

  /** Terms of a chain are analyzed one after the other, so that a long one needs no deep stack. */
  #analyzeLogical(node: LogicalNode): Expression {
    const terms: ExpressionNode[] = [];
    let first: ExpressionNode = node;
    while (first.kind === 'logical' && first.operator === node.operator) {
      terms.push(first.right);
      first = first.left;
    }
    terms.push(first);
    terms.reverse();
    const operands = terms.map((term) => this.#operand(term, node.operator, BOOLEAN));
    if (operands.length > LEFT_DEEP_TERMS_MAX) return balanced(node.operator, operands);
    return operands.reduce((left, right) => logical(node.operator, left, right));
  }

  #analyzeIn(node: InNode): Expression {
    const members = [node.operand, ...node.options].flatMap((member) => {
      const expression = this.analyze(member);
      return expression === null ? [] : [{ node: member, expression }];
    });
    const hasOperand = members[0]?.node === node.operand;
    const converted = toCommonType(members);
    const type = converted[0]?.type ?? STRING;
    return {
      kind: 'in',
      type: BOOLEAN,
      negated: node.negated,
      operand: hasOperand ? converted[0]! : nullOf(type),
      options: hasOperand ? converted.slice(1) : converted,
    };
  }

  #analyzeLike(node: LikeNode): Expression {
    const { escape } = node;
    if (escape !== null && [...escape].length !== 1) {
      throw errorAt(
        'BAD_STATEMENT',
        node,
        `ESCAPE takes exactly one character, but found '${escape}'.`,
      );
    }
    return {
      kind: 'like',
      type: BOOLEAN,
      negated: node.negated,
      operand: this.#operand(node.operand, 'LIKE', STRING),
      pattern: this.#operand(node.pattern, 'LIKE', STRING),
      escape,
    };
  }

  #analyzeCase(node: CaseNode): Expression {
    if (node.operand !== null) {
      throw notSupported(node, 'CASE with an operand (use CASE WHEN condition THEN ...) is');
    }
    const whens = node.branches.map(({ when }) => this.#operand(when, 'WHEN', BOOLEAN));
    const thens = node.branches.map(({ then }) => this.analyze(then));
    const otherwise = node.otherwise === null ? null : this.analyze(node.otherwise);
    const type = [...thens, otherwise].find((result) => result !== null)?.type;
    if (type === undefined) {
      throw errorAt(
        'BAD_STATEMENT',
        node,
        'All results of the CASE are NULL, so its type is unknown. Cast one: CAST(NULL AS VARCHAR).',
      );
    }
    const result = (expression: Expression | null, at: ExpressionNode): Expression => {
      if (expression === null) return nullOf(type);
      if (typesEqual(expression.type, type)) return expression;
      throw errorAt(
        'TYPE_MISMATCH',
        at,
        `All results of a CASE must have the same type: the first is ${formatType(type)}, but ${describe(expression)}. Add a CAST.`,
      );
    };
    return {
      kind: 'case',
      type,
      branches: node.branches.map(({ then }, index) =>
        branch(whens[index]!, result(thens[index]!, then)),
      ),
      otherwise: node.otherwise === null ? null : result(otherwise, node.otherwise),
    };
  }

  #operand(node: ExpressionNode, operator: string, type: SqlType): Expression {
    const operand = this.analyze(node);
    if (operand !== null && operand.type.kind === type.kind) return operand;
    const found = operand === null ? 'a bare NULL' : describe(operand);
    throw errorAt(
      'TYPE_MISMATCH',
      node,
      `${operator} needs a ${formatType(type)} here, but found ${found}.`,
    );
  }
}

/** An expression with its type, for messages: `A is BIGINT`. */
export function describe(expression: Expression): string {
  return `${printExpression(expression)} is ${formatType(expression.type)}`;
}

/** Functions get a time unit as text. */
function timeUnit({ unit }: IntervalUnitNode): LiteralExpression {
  return { kind: 'literal', type: STRING, value: unit, bare: true };
}

function convertTo(expression: Expression | null, type: SqlType): Expression {
  if (expression === null) return nullOf(type);
  if (typesEqual(expression.type, type)) return expression;
  return { kind: 'cast', type, operand: expression, implicit: true };
}

/** Both operators are associative and go left to right, so the shape of the tree is ours to choose. */
function balanced(operator: 'AND' | 'OR', operands: readonly Expression[]): Expression {
  if (operands.length === 1) return operands[0]!;
  const middle = operands.length >>> 1;
  return logical(
    operator,
    balanced(operator, operands.slice(0, middle)),
    balanced(operator, operands.slice(middle)),
  );
}
