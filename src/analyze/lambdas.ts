import type { Identifier, LambdaNode } from '../../grammar/ast.ts';
import type { LambdaExpression, LambdaParameterExpression } from '../expressions/expression.ts';
import type { LambdaArgument } from '../functions/overload.ts';
import { formatType, type SqlType } from '../sql/types.ts';
import { errorAt } from './error-at.ts';
import type { ExpressionAnalyzer } from './expressions.ts';

/** A lambda as an argument of a call, typed once the function says what its parameters are. */
export interface UntypedLambda extends LambdaArgument {
  /** @throws DatabaseError when the body is wrong for these types. */
  withTypes(parameterTypes: readonly SqlType[]): LambdaExpression;
}

/**
 * Checks the names of a lambda's parameters; its body is analyzed, once for each list of types it is tried with, when
 * the function that it is an argument of is resolved.
 * @throws DatabaseError BAD_STATEMENT when a parameter has the name of a column or of another parameter in sight.
 */
export function untypedLambda(node: LambdaNode, analyzer: ExpressionAnalyzer): UntypedLambda {
  checkNames(node.parameters, analyzer);
  const analyzed = new Map<string, LambdaExpression>();
  const withTypes = (parameterTypes: readonly SqlType[]): LambdaExpression => {
    const key = parameterTypes.map(formatType).join(', ');
    const lambda = analyzed.get(key) ?? analyzeLambda(node, parameterTypes, analyzer);
    analyzed.set(key, lambda);
    return lambda;
  };
  return {
    kind: 'LAMBDA',
    parameterNames: node.parameters.map(({ name }) => name),
    bodyType: (parameterTypes) => withTypes(parameterTypes).type,
    withTypes,
  };
}

function analyzeLambda(
  { parameters, body }: LambdaNode,
  parameterTypes: readonly SqlType[],
  analyzer: ExpressionAnalyzer,
): LambdaExpression {
  const slotFirst = analyzer.lambdaParameters.length;
  const typed = parameters.map(({ name }, index): LambdaParameterExpression => ({
    kind: 'lambdaParameter',
    type: parameterTypes[index]!,
    slot: slotFirst + index,
    name,
  }));
  const expression = analyzer.analyzeWithParameters(body, typed);
  if (expression !== null) {
    return { kind: 'lambda', type: expression.type, parameters: typed, body: expression };
  }
  throw errorAt(
    'BAD_STATEMENT',
    body,
    'The body of a lambda cannot be a bare NULL, as its type is unknown: write CAST(NULL AS VARCHAR), or another type.',
  );
}

function checkNames(parameters: readonly Identifier[], analyzer: ExpressionAnalyzer): void {
  const outer = new Set(analyzer.lambdaParameters.map(({ name }) => name));
  const own = new Set<string>();
  for (const parameter of parameters) {
    const { name } = parameter;
    if (analyzer.scope.columns.has(name)) {
      throw errorAt(
        'BAD_STATEMENT',
        parameter,
        `Lambda function argument can't be a column name: ${name}. Give the parameter another name.`,
      );
    }
    if (outer.has(name)) {
      throw errorAt(
        'BAD_STATEMENT',
        parameter,
        `Reusing lambda arguments in nested lambda is not allowed: ${name} is a parameter of the lambda around this one.`,
      );
    }
    if (own.has(name)) {
      throw errorAt('BAD_STATEMENT', parameter, `The lambda has two parameters named ${name}.`);
    }
    own.add(name);
  }
}
