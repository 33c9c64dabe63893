import type protobuf from 'protobufjs';
import { protobufjs } from '../../base/protobufjs.ts';
import { protobufTokens } from './protobuf-tokens.ts';
import { wellKnownFile } from './well-known-files.ts';

/** A .proto file with all it imports. */
export interface ProtobufSchema {
  readonly root: protobuf.Root;
  /** Empty for a file without one. */
  readonly packageName: string;
  /** The messages the file itself defines, nested ones too, by name without the package. */
  readonly messages: ReadonlyMap<string, protobuf.Type>;
  /** What the file says, in one order; see {@link protobufNormalForm}. */
  readonly normalForm: string;
}

/** Imports of imports, and files of one schema. */
const FILES_MAX = 1_000;

/**
 * Parses a .proto file and what it imports.
 * @param files texts of registered files by the name they are imported by.
 * @throws Error saying what is wrong with it.
 */
export function parseProtobuf(text: string, files: ReadonlyMap<string, string>): ProtobufSchema {
  if (protobufTokens(text).length === 0) throw new Error('the schema is empty');
  const alone = new (protobufjs().Root)();
  const { package: packageName = '' } = protobufjs().parse(text, alone, PARSE_OPTIONS);
  const normalForm = protobufNormalForm(alone);
  const root = new (protobufjs().Root)();
  load(text, { root, files, loaded: new Set() });
  root.resolveAll();
  const messages = new Map<string, protobuf.Type>();
  const own = packageName === '' ? alone : (alone.lookup(packageName) as protobuf.Namespace);
  for (const type of typesIn(own)) {
    const fullName = type.fullName.slice(1);
    const name = packageName === '' ? fullName : fullName.slice(packageName.length + 1);
    messages.set(name, root.lookupType(fullName));
  }
  return { root, packageName: packageName ?? '', messages, normalForm };
}

const PARSE_OPTIONS = { keepCase: true };

interface Loading {
  readonly root: protobuf.Root;
  readonly files: ReadonlyMap<string, string>;
  readonly loaded: Set<string>;
}

function load(text: string, loading: Loading): void {
  const { root, files, loaded } = loading;
  const { imports = [], weakImports = [] } = protobufjs().parse(text, root, PARSE_OPTIONS);
  for (const name of [...(imports ?? []), ...(weakImports ?? [])]) {
    if (loaded.has(name)) continue;
    loaded.add(name);
    if (loaded.size > FILES_MAX) throw new Error(`more than ${FILES_MAX} files are imported`);
    const registered = files.get(name);
    const known = registered === undefined ? wellKnownFile(name) : null;
    if (registered !== undefined) load(registered, loading);
    else if (typeof known === 'string') load(known, loading);
    else if (known !== null) root.addJSON(known);
    else {
      throw new Error(`import ${JSON.stringify(name)} is not found; register it and refer to it`);
    }
  }
}

function* typesIn(namespace: protobuf.NamespaceBase): Generator<protobuf.Type> {
  for (const member of namespace.nestedArray) {
    if (member instanceof protobufjs().Type) yield member;
    if (member instanceof protobufjs().Namespace) yield* typesIn(member);
  }
}

/** What a file says without how it is written: members in one order, comments left out. */
function protobufNormalForm(root: protobuf.Root): string {
  return JSON.stringify(root.toJSON(), (_name, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
