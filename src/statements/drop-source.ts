import type { DropSourceNode } from '../../grammar/ast.ts';
import { errorAt } from '../analyze/error-at.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Source } from '../catalog/source.ts';
import { nothingToDo, succeeded } from './entities.ts';
import type { StatementDefinition } from './executor.ts';
import { deleteSubjects, latestVersions, subjectsOf } from './source-schemas.ts';
import { changed, withSubjects, type World } from './world.ts';

/** DROP STREAM and DROP TABLE: also ends the query that filled it; refused while others read from or write to it. */
export const dropSource: StatementDefinition<DropSourceNode> = {
  kind: 'dropSource',
  isDefinition: true,
  prepare({ node, sql }, world, { log, run, registry }) {
    const { name } = node.name;
    const source = world.catalog.source(name);
    if (source === null) {
      if (node.ifExists) {
        return { world, run: async () => nothingToDo(sql, `Source \`${name}\` does not exist.`) };
      }
      const what = node.sourceKind === 'STREAM' ? 'Stream' : 'Table';
      const hint = world.catalog.nearest(name);
      throw errorAt('UNKNOWN_SOURCE', node.name, `${what} ${name} does not exist.${hint}`);
    }
    checkDroppable(node, source, world);
    const queryIds = queriesOf(source, world.catalog);
    return {
      world: worldWithout(world, { source, queryIds, topicGoes: node.deleteTopic }),
      async run() {
        const topicId = node.deleteTopic ? (log.topic(source.topic)?.id ?? null) : null;
        const subjects = node.deleteTopic ? await latestVersions(source.topic, registry) : [];
        const command = { kind: 'dropSource', name, queryIds, topicId, subjects } as const;
        const number = await run(sql, command);
        await deleteSubjects(subjects, registry);
        return succeeded({
          sql,
          commandId: `${source.kind.toLowerCase()}/${name}/drop`,
          message: `Source \`${name}\` (topic: ${source.topic}) was dropped.`,
          number,
        });
      },
    };
  },
};

function checkDroppable(node: DropSourceNode, source: Source, world: World): void {
  const { catalog } = world;
  const { name } = source;
  if (catalog.isBuiltIn(name)) {
    throw errorAt('FORBIDDEN', node.name, `${name} is part of the database and cannot be dropped.`);
  }
  if (source.kind !== node.sourceKind) {
    throw errorAt(
      'BAD_STATEMENT',
      node.name,
      `Incompatible data source type is ${source.kind.toLowerCase()}, but statement was DROP ${node.sourceKind}. Use DROP ${source.kind} ${name};`,
    );
  }
  if (node.deleteTopic && source.readOnly === true) {
    throw errorAt(
      'BAD_STATEMENT',
      node.name,
      `Cannot delete topic for read-only source: ${name}. Leave DELETE TOPIC out.`,
    );
  }
  const lines = usesOf(catalog, source);
  if (lines.length > 0) {
    const message = [`Cannot drop ${name}.`, ...lines].join('\n');
    throw errorAt('IN_USE', node.name, message);
  }
  if (!node.deleteTopic) return;
  const sharing = catalog.sources.filter((s) => s.topic === source.topic && s.name !== name);
  if (sharing.length === 0) return;
  throw errorAt(
    'IN_USE',
    node.name,
    `Refusing to delete topic. Found other data sources (${sharing.map((s) => s.name).join(', ')}) using topic ${source.topic}. Drop them first, or leave DELETE TOPIC out.`,
  );
}

/** The queries that end with the source: those that write to it, and the one that keeps its rows. */
function queriesOf({ name, createdBy }: Source, catalog: Catalog): readonly string[] {
  const ids = new Set(catalog.writersOf(name).map(({ id }) => id));
  if (createdBy !== null && catalog.query(createdBy) !== null) ids.add(createdBy);
  return [...ids];
}

/** Who keeps the source from going: readers, and writers beside the query that came with it. */
function usesOf(catalog: Catalog, source: Source): string[] {
  const { name } = source;
  const readers = catalog.readersOf(name).filter(({ id }) => id !== source.createdBy);
  const writers = catalog.writersOf(name).filter(({ id }) => id !== source.createdBy);
  const sinks = readers.filter(({ kind }) => kind !== 'INSERT');
  const inserts = readers.filter(({ kind }) => kind === 'INSERT');
  const lines: string[] = [];
  if (sinks.length > 0) {
    const names = sinks.map(({ writes, id }) => `${writes} (query ${id})`).join(', ');
    lines.push(`The following streams and/or tables read from this source: [${names}].`);
    lines.push(`You need to drop them before dropping ${name}.`);
  }
  if (inserts.length > 0) {
    const ids = inserts.map(({ id }) => id).join(', ');
    lines.push(`The following queries read from this source: [${ids}].`);
  }
  if (writers.length > 0) {
    const ids = writers.map(({ id }) => id).join(', ');
    lines.push(`The following queries write into this source: [${ids}].`);
  }
  if (inserts.length + writers.length > 0) {
    lines.push(`You need to terminate them before dropping ${name}.`);
  }
  return lines;
}

function worldWithout(
  world: World,
  {
    source,
    queryIds,
    topicGoes,
  }: { source: Source; queryIds: readonly string[]; topicGoes: boolean },
): World {
  let catalog = world.catalog.withoutSource(source.name);
  for (const id of queryIds) catalog = catalog.withoutQuery(id);
  const topics = new Map(world.topics);
  if (topicGoes) topics.delete(source.topic);
  const gone = topicGoes ? subjectsOf(source.topic).map((subject) => [subject, null] as const) : [];
  return changed(withSubjects(world, gone), { catalog, topics, nextNumber: world.nextNumber + 1 });
}
