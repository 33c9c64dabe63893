import type { DescribeFunctionNode } from '../../grammar/ast.ts';
import { errorAt } from '../analyze/error-at.ts';
import type { DescribeFunctionEntity, FunctionSignatureInfo } from '../api/entities.ts';
import { didYouMean } from '../catalog/did-you-mean.ts';
import {
  describeFunctions,
  type FunctionDescription,
  type SignatureDescription,
} from '../functions/describe.ts';
import type { StatementDefinition } from './executor.ts';

/** DESCRIBE FUNCTION: what a function does and takes, in any case of its name. */
export const describeFunction: StatementDefinition<DescribeFunctionNode> = {
  kind: 'describeFunction',
  isDefinition: false,
  prepare({ node, sql }, world) {
    const functions = describeFunctions();
    const name = node.function.name.toUpperCase();
    const found = functions.find((candidate) => candidate.name === name);
    if (found === undefined) {
      const hint = didYouMean(
        name,
        functions.map((candidate) => candidate.name),
      );
      throw errorAt(
        'UNKNOWN_FUNCTION',
        node.function,
        `Can't find any functions with the name '${name}'.${hint} SHOW FUNCTIONS lists them.`,
      );
    }
    return { world, run: async () => entityOf(sql, found) };
  },
};

function entityOf(sql: string, found: FunctionDescription): DescribeFunctionEntity {
  const { name, kind, description, examples, signatures } = found;
  const lines = examples.map(({ sql: call, result }) =>
    result === null ? call : `${call} => ${result}`,
  );
  return {
    '@type': 'describe_function',
    statementText: sql,
    name,
    description: [description, ...lines].join('\n'),
    author: 'Millrace',
    version: '',
    path: 'internal',
    type: kind,
    functions: signatures.map((signature) => signatureInfo(signature, description)),
    warnings: [],
  };
}

function signatureInfo(
  { parameters, returnType }: SignatureDescription,
  description: string,
): FunctionSignatureInfo {
  return {
    arguments: parameters.map(({ name, type, isVariadic }) => {
      return { name, type, description: '', isVariadic };
    }),
    argumentTypes: parameters.map(({ type, isVariadic }) => (isVariadic ? `${type}...` : type)),
    returnType,
    description,
  };
}
