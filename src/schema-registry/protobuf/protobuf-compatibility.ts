import type protobuf from 'protobufjs';
import { protobufjs } from '../../base/protobufjs.ts';
import { type Incompatibility, INCOMPATIBILITIES_MAX } from '../incompatibility.ts';
import type { ProtobufSchema } from './protobuf-schema.ts';

/** Types that read each other's bytes; an enum reads as an int32. */
const WIRE_KINDS: readonly (readonly string[])[] = [
  ['int32', 'uint32', 'int64', 'uint64', 'bool'],
  ['sint32', 'sint64'],
  ['fixed32', 'sfixed32'],
  ['fixed64', 'sfixed64'],
  ['string', 'bytes'],
];

/**
 * Why data written with one .proto file cannot be read with another; empty when it can. Fields are matched by number,
 * so they may come, go and change their names; what may not change is how their bytes are read.
 */
export function protobufIncompatibilities(
  reader: ProtobufSchema,
  writer: ProtobufSchema,
): Incompatibility[] {
  const found: Incompatibility[] = [];
  if (reader.packageName !== writer.packageName) {
    found.push({
      kind: 'PACKAGE_CHANGED',
      path: '#/',
      message: `the package was ${JSON.stringify(writer.packageName)} and is ${JSON.stringify(reader.packageName)} now`,
    });
  }
  for (const [name, written] of writer.messages) {
    const read = reader.messages.get(name);
    if (read === undefined) {
      found.push({
        kind: 'MESSAGE_REMOVED',
        path: `#/${name}`,
        message: `message ${name} is gone, but may have been written`,
      });
    } else {
      const pair = { read, written, path: `#/${name}`, found };
      compareFields(pair);
      compareOneofs(pair);
    }
  }
  return found.slice(0, INCOMPATIBILITIES_MAX);
}

interface MessagePair {
  readonly read: protobuf.Type;
  readonly written: protobuf.Type;
  readonly path: string;
  readonly found: Incompatibility[];
}

function compareFields({ read, written, path, found }: MessagePair): void {
  for (const field of read.fieldsArray) {
    field.resolve();
    const before = written.fieldsById[field.id]?.resolve();
    const at = `${path}/${field.id}`;
    if (before === undefined) {
      if (field.required) {
        found.push(problem('REQUIRED_FIELD_ADDED', at, `field ${field.name} is required now`));
      }
    } else found.push(...fieldProblems(field, before, at));
  }
  for (const field of written.fieldsArray) {
    if (!field.required || read.fieldsById[field.id] !== undefined) continue;
    const message = `field ${field.name}, which is required, is gone`;
    found.push(problem('REQUIRED_FIELD_REMOVED', `${path}/${field.id}`, message));
  }
}

function fieldProblems(
  field: protobuf.Field,
  before: protobuf.Field,
  at: string,
): Incompatibility[] {
  const described = `field ${field.name}`;
  if (field instanceof protobufjs().MapField !== before instanceof protobufjs().MapField) {
    const message = `${described} became a map, or was one`;
    return [problem('FIELD_KIND_CHANGED', at, message)];
  }
  const found: Incompatibility[] = [];
  if (field instanceof protobufjs().MapField && before instanceof protobufjs().MapField) {
    if (!readsScalar(field.keyType, before.keyType)) {
      const message = `the keys of ${described} were ${before.keyType} and are ${field.keyType} now`;
      found.push(problem('FIELD_SCALAR_KIND_CHANGED', at, message));
    }
  }
  const type = typeProblem(field, before);
  if (type !== null) found.push(problem(type.kind, at, `${described} ${type.message}`));
  else if (field.repeated !== before.repeated && isPackable(field)) {
    const message = `${described} became repeated, or was so, and its numbers are written otherwise then`;
    found.push(problem('FIELD_NUMERIC_LABEL_CHANGED', at, message));
  }
  return found;
}

function typeProblem(
  field: protobuf.Field,
  before: protobuf.Field,
): { kind: string; message: string } | null {
  const message = `was ${before.type} and is ${field.type} now`;
  const isMessage = field.resolvedType instanceof protobufjs().Type;
  const wasMessage = before.resolvedType instanceof protobufjs().Type;
  if (isMessage !== wasMessage) return { kind: 'FIELD_KIND_CHANGED', message };
  if (isMessage) {
    const same = field.resolvedType?.fullName === before.resolvedType?.fullName;
    return same ? null : { kind: 'FIELD_NAMED_TYPE_CHANGED', message };
  }
  const reads = readsScalar(scalarOf(field), scalarOf(before));
  return reads ? null : { kind: 'FIELD_SCALAR_KIND_CHANGED', message };
}

function scalarOf(field: protobuf.Field): string {
  return field.resolvedType instanceof protobufjs().Enum ? 'int32' : field.type;
}

function readsScalar(type: string, before: string): boolean {
  return type === before || WIRE_KINDS.some((kind) => kind.includes(type) && kind.includes(before));
}

/** Numbers are packed when they are repeated. */
function isPackable(field: protobuf.Field): boolean {
  const scalar = scalarOf(field);
  return (
    !(field.resolvedType instanceof protobufjs().Type) && scalar !== 'string' && scalar !== 'bytes'
  );
}

/** A member of a oneof that comes last clears the others, so that fields cannot just be put into one. */
function compareOneofs({ read, written, path, found }: MessagePair): void {
  for (const oneof of oneofsOf(read)) {
    const before = oneofsOf(written).find(({ name }) => name === oneof.name);
    const ids = oneof.fieldsArray.map(({ id }) => id);
    const at = `${path}/${oneof.name}`;
    const moved = ids.filter((id) => {
      const field = written.fieldsById[id];
      return field !== undefined && (before === undefined || !before.fieldsArray.includes(field));
    });
    if (before === undefined && moved.length > 1 && !haveOneOneof(moved, written)) {
      const message = `${moved.length} fields were put into oneof ${oneof.name}`;
      found.push(problem('MULTIPLE_FIELDS_MOVED_TO_ONEOF', at, message));
    } else if (before !== undefined && moved.length > 0) {
      const message = `field ${moved.join(', ')} was put into oneof ${oneof.name}, which was there already`;
      found.push(problem('FIELD_MOVED_TO_EXISTING_ONEOF', at, message));
    }
    for (const field of before?.fieldsArray ?? []) {
      if (ids.includes(field.id)) continue;
      const message = `field ${field.name} is gone from oneof ${oneof.name}`;
      found.push(problem('ONEOF_FIELD_REMOVED', at, message));
    }
  }
}

function haveOneOneof(ids: readonly number[], written: protobuf.Type): boolean {
  return oneofsOf(written).some((oneof) =>
    ids.every((id) => oneof.fieldsArray.some((field) => field.id === id)),
  );
}

/** Without those that only stand for `optional`. */
function oneofsOf(type: protobuf.Type): protobuf.OneOf[] {
  return type.oneofsArray.filter((oneof) => !oneof.isProto3Optional);
}

function problem(kind: string, path: string, message: string): Incompatibility {
  return { kind, path, message };
}
