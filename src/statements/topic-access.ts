import type { Identifier, QueryNode, StatementNode } from '../../grammar/ast.ts';
import { errorAt, type Located, textLocation } from '../analyze/error-at.ts';
import type { DatabaseError } from '../base/errors.ts';
import { forbidden, type TopicAccess, type TopicOperation } from '../base/topic-access.ts';
import type { Catalog, QueryInfo } from '../catalog/catalog.ts';
import type { ReadAfter } from '../engine.ts';

/** What a statement is checked against. */
export interface AccessContext {
  readonly catalog: Catalog;
  readonly access: TopicAccess;
  /** Of the topic of a CREATE ... AS SELECT that names none. */
  readonly topicPrefix: string;
  readonly isTopic: (name: string) => boolean;
  /** Whether a query of a client has the id, one that may be seen. */
  readonly isTransient: (queryId: string) => boolean;
}

/**
 * Checks that somebody may do to the topics behind a statement what it does to them. What is not there is refused in
 * the same words as what is not allowed, so that nobody learns of topics that are not theirs.
 * @throws DatabaseError FORBIDDEN.
 */
export function checkStatement(statement: StatementNode, context: AccessContext): void {
  switch (statement.kind) {
    case 'select':
      checkReads(statement.query, 'read', context);
      return;
    case 'print':
      checkTopic(statement.topic, 'read', { node: statement, context });
      return;
    case 'insertValues':
      checkSource(statement.target, 'write', context);
      return;
    case 'insertSelect':
      checkReads(statement.query, 'read', context);
      checkSource(statement.target, 'write', context);
      return;
    case 'createSource':
    case 'createAsSelect': {
      const isQuery = statement.kind === 'createAsSelect';
      if (isQuery) checkReads(statement.query, 'read', context);
      const taken = context.catalog.source(statement.name.name);
      if (taken !== null) {
        checkSource(statement.name, statement.orReplace ? 'create' : 'describe', context);
      }
      const topic = topicOf(statement, context);
      if (topic !== null) checkNewSource(topic, { statement, isQuery, context });
      return;
    }
    case 'dropSource':
    case 'alterSource':
      checkSource(statement.name, 'create', context);
      return;
    case 'terminate':
    case 'pause':
      checkQuery(statement, 'create', context);
      return;
    case 'describe':
      if (statement.source !== null) checkSource(statement.source, 'describe', context);
      return;
    case 'explain':
      if (statement.statement !== null) checkExplained(statement.statement, context);
      else checkQuery(statement, 'describe', context);
      return;
    case 'assertTopic':
      checkTopic(statement.topic, 'describe', { node: statement, context });
      return;
    case 'assertSchema':
      if (statement.subject === null) return;
      checkTopic(topicOfSubject(statement.subject), 'describe', { node: statement, context });
      return;
    // These are about no topic, or show only those that may be seen.
    case 'list':
    case 'describeFunction':
    case 'set':
    case 'unset':
    case 'define':
    case 'undefine':
    case 'createType':
    case 'dropType':
    case 'alterSystem':
    case 'listConnectors':
    case 'describeConnector':
      return;
    case 'createConnector':
    case 'dropConnector':
      throw errorAt(
        'FORBIDDEN',
        statement,
        `${context.access.principal} may touch some topics only; which ones a connector touches, Kafka Connect alone knows.`,
      );
  }
}

/** Whether the statement shows what exists and changes nothing, so that it may be shown less. */
export function showsCatalog({ kind }: StatementNode): boolean {
  return (
    kind === 'list' || kind === 'describe' || kind === 'explain' || kind === 'describeConnector'
  );
}

/** What somebody may see of a catalog: sources over topics they may describe, and queries between those. */
export function visibleCatalog(catalog: Catalog, access: TopicAccess): Catalog {
  return catalog.restrictedTo((source) => access.allows('describe', source.topic));
}

/** @throws DatabaseError FORBIDDEN for a position in a topic that may not be seen. */
export function checkPositions(after: ReadAfter | undefined, access: TopicAccess): void {
  for (const { topic } of after?.positions ?? []) {
    if (!access.allows('describe', topic)) throw forbidden('describe', topic, access);
  }
}

/** @throws DatabaseError FORBIDDEN. @param source its name; for an unknown one `topic` is null. */
export function requireAccess(
  operation: TopicOperation,
  { source, topic }: { readonly source: string; readonly topic: string | null },
  access: TopicAccess,
): void {
  if (topic === null || !access.allows(operation, topic))
    throw forbidden(operation, source, access);
}

/** The topic whose keys or values a subject of the registry describes; its own name for one that is named otherwise. */
function topicOfSubject(subject: string): string {
  return subject.replace(/-(?:key|value)$/, '');
}

function checkReads(query: QueryNode, operation: TopicOperation, context: AccessContext): void {
  for (const source of sourcesOf(query)) checkSource(source, operation, context);
}

function sourcesOf({ from }: QueryNode): readonly Identifier[] {
  return [from.first.source, ...from.joins.map(({ right }) => right.source)];
}

function checkSource(node: Identifier, operation: TopicOperation, context: AccessContext): void {
  const { access, catalog } = context;
  const topic = catalog.source(node.name)?.topic;
  if (topic !== undefined && access.allows(operation, topic)) return;
  throw forbiddenAt(node, operation, node.name, access);
}

function checkTopic(
  topic: string,
  operation: TopicOperation,
  { node, context: { access } }: { readonly node: Located; readonly context: AccessContext },
): void {
  if (!access.allows(operation, topic)) throw forbiddenAt(node, operation, topic, access);
}

/** The topic a CREATE names; null when it names none that could be looked at, which is refused later. */
function topicOf(
  { kind, name, properties }: Extract<StatementNode, { kind: 'createSource' | 'createAsSelect' }>,
  { topicPrefix }: AccessContext,
): string | null {
  const named = properties.find((property) => property.name === 'KAFKA_TOPIC')?.value;
  if (named !== undefined) return named.type === 'STRING' ? named.value : null;
  return kind === 'createAsSelect' ? `${topicPrefix}${name.name}` : null;
}

/** A source over a topic that is there needs less than one that makes its topic; a query writes to it. */
function checkNewSource(
  topic: string,
  {
    statement,
    isQuery,
    context,
  }: { readonly statement: Located; readonly isQuery: boolean; readonly context: AccessContext },
): void {
  const { access } = context;
  const may = (operation: TopicOperation): boolean => access.allows(operation, topic);
  const mayWrite = !isQuery || may('write');
  const mayBe = context.isTopic(topic)
    ? may('read') || may('write') || may('create')
    : may('create');
  if (mayWrite && mayBe) return;
  throw forbiddenAt(statement, isQuery ? 'write' : 'create', topic, access);
}

function checkQuery(
  node: Extract<StatementNode, { kind: 'terminate' | 'pause' | 'explain' }>,
  operation: TopicOperation,
  { catalog, access, isTransient }: AccessContext,
): void {
  const { queryId } = node;
  if (queryId === null) {
    throw errorAt(
      'FORBIDDEN',
      node,
      `${access.principal} may not do that to all queries: name one.`,
    );
  }
  const query = catalog.query(queryId.name) ?? catalog.query(queryId.name.toUpperCase());
  const isAllowed =
    query === null ? isTransient(queryId.name) : mayTouch(query, operation, { catalog, access });
  if (isAllowed) return;
  throw forbiddenAt(queryId, operation, queryId.name, access);
}

function mayTouch(
  { reads, writes }: QueryInfo,
  operation: TopicOperation,
  { catalog, access }: Pick<AccessContext, 'catalog' | 'access'>,
): boolean {
  const names = writes === null ? reads : [writes];
  return names.every((name) => {
    const topic = catalog.source(name)?.topic;
    return topic !== undefined && access.allows(operation, topic);
  });
}

function checkExplained(statement: StatementNode, context: AccessContext): void {
  switch (statement.kind) {
    case 'select':
    case 'createAsSelect':
    case 'insertSelect':
      checkReads(statement.query, 'describe', context);
      if (statement.kind === 'insertSelect') checkSource(statement.target, 'describe', context);
      return;
    default:
      checkStatement(statement, context);
  }
}

function forbiddenAt(
  node: Located,
  operation: TopicOperation,
  name: string,
  access: TopicAccess,
): DatabaseError {
  return forbidden(operation, name, access).with({ location: textLocation(node.location) });
}
