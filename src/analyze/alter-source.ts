import type { AlterSourceNode } from '../../grammar/ast.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Source } from '../catalog/source.ts';
import { findFormat } from '../formats/index.ts';
import { columnsOf, isPayload, type RowSchema } from '../sql/schema.ts';
import { errorAt } from './error-at.ts';
import { isPseudoColumn } from './scope.ts';
import { checkColumnCount, settleFormat } from './source-definition.ts';
import { resolveType } from './types.ts';

/**
 * The source as ALTER ... ADD COLUMN makes it: the same with value columns appended (section 4.5 of the dialect
 * reference). Records written before have NULL there.
 * @throws DatabaseError UNKNOWN_SOURCE, UNKNOWN_TYPE; BAD_STATEMENT for a source that cannot change or a name in use.
 */
export function analyzeAlterSource(
  statement: AlterSourceNode,
  { catalog }: { readonly catalog: Catalog },
): Source {
  const source = alterable(statement, catalog);
  let { schema } = source;
  for (const added of statement.columns) {
    const { name } = added.name;
    if (isPseudoColumn(name)) {
      throw errorAt(
        'BAD_STATEMENT',
        added.name,
        `'${name}' is a reserved column name. You cannot use it as a name for a column.`,
      );
    }
    if (columnsOf(schema).some((column) => column.name === name)) {
      throw errorAt(
        'BAD_STATEMENT',
        added.name,
        `Cannot add column \`${name}\` to schema. A column with the same name already exists.`,
      );
    }
    schema = { ...schema, values: [...schema.values, { name, type: resolveType(added.type) }] };
  }
  checkColumnCount(schema, statement.name);
  return { ...source, schema, valueFormat: valueFormatFor(source, schema, statement) };
}

function alterable({ name, sourceKind }: AlterSourceNode, catalog: Catalog): Source {
  const source = catalog.source(name.name);
  if (source === null) {
    const hint = catalog.nearest(name.name);
    throw errorAt('UNKNOWN_SOURCE', name, `Source ${name.name} does not exist.${hint}`);
  }
  if (source.kind !== sourceKind) {
    throw errorAt(
      'BAD_STATEMENT',
      name,
      `Incompatible data source type is ${source.kind}, but statement was ALTER ${sourceKind}. Use ALTER ${source.kind} ${name.name}.`,
    );
  }
  if (source.readOnly === true) {
    const kind = source.kind.toLowerCase();
    throw errorAt(
      'BAD_STATEMENT',
      name,
      `Cannot alter ${kind} '${source.name}': ALTER operations are not supported on source ${kind}s. Drop it and create it anew.`,
    );
  }
  if (source.createdBy !== null) {
    throw errorAt(
      'BAD_STATEMENT',
      name,
      `ALTER command is not supported for CREATE ... AS statements. Use CREATE OR REPLACE ${source.kind} ${name.name} AS SELECT with the new columns.`,
    );
  }
  return source;
}

/** A single column may have been bare; several never are. */
function valueFormatFor(
  source: Source,
  schema: RowSchema,
  { name }: AlterSourceNode,
): Source['valueFormat'] {
  const { name: format, delimiter, unwrapped, fullName, nullable, schemaId } = source.valueFormat;
  const isBareByChoice = unwrapped === true && findFormat(format).wrappingIsChoice;
  if (source.schema.values.filter(isPayload).length === 1 && isBareByChoice) {
    throw errorAt(
      'BAD_STATEMENT',
      name,
      `The values of ${source.name} are written bare, without an object around its single column, so a second column has no place. Create another ${source.kind.toLowerCase()} instead.`,
    );
  }
  const columns = schema.values.filter(isPayload);
  const { writer } = source.valueFormat;
  const spec = settleFormat({
    side: 'value',
    format,
    delimiter,
    wrap: undefined,
    schema: { fullName, nullable, schemaId },
    columns,
    source: source.name,
    at: name,
  });
  return writer === undefined ? spec : { ...spec, writer };
}
