import { createRequire } from 'node:module';
import type protobuf from 'protobufjs';

const load = createRequire(import.meta.url);
let loaded: typeof protobuf | null = null;

/**
 * The library that parses Protobuf schemas. It is many modules, so it is loaded when the first schema is looked at: a
 * server that has none starts sooner.
 */
export function protobufjs(): typeof protobuf {
  loaded ??= load('protobufjs') as typeof protobuf;
  return loaded;
}
