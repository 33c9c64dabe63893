import type { SubjectRegistry } from '../../../src/schema-registry/subject-registry.ts';
import type { RegistryParameters } from './registry-parameters.ts';

/** One endpoint of the schema registry: a definition in the list of `schema-registry/index.ts`. */
export interface RegistryRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  /** What it is for, in one sentence. */
  readonly summary: string;
  /** What is answered, as JSON; or text that is sent as it is. */
  handle(call: RegistryCall): RegistryAnswer | Promise<RegistryAnswer>;
}

export type RegistryAnswer = { readonly json: unknown } | { readonly text: string };

/** A request that has been let in and read. */
export interface RegistryCall {
  readonly registry: SubjectRegistry;
  readonly parameters: RegistryParameters;
  /** The parsed JSON body of a POST or PUT; null for others. */
  readonly body: unknown;
}
