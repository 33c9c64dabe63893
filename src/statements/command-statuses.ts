import type { CommandStatus, Entity } from '../api/entities.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Command } from './commands.ts';

/** The oldest are forgotten beyond this many. */
const STATUSES_MAX = 10_000;

/** What became of durable statements, by command id: those of this process, and those its command log brought back. */
export class CommandStatuses {
  readonly #statuses = new Map<string, CommandStatus>();

  /** Oldest first. */
  get all(): ReadonlyMap<string, CommandStatus> {
    return this.#statuses;
  }

  /** Remembers what statements have answered; entities of another kind are left alone. */
  answered(entities: readonly Entity[]): void {
    for (const entity of entities) {
      if (entity['@type'] === 'currentStatus') this.#set(entity.commandId, entity.commandStatus);
    }
  }

  /** Remembers a command of the replay. @param before what existed before it. */
  replayed(command: Command, before: Catalog): void {
    const status = 'SUCCESS';
    const queryId = command.kind === 'startQuery' ? command.query.id : null;
    const message = queryId === null ? 'Statement executed' : `Created query with ID ${queryId}`;
    for (const id of commandIds(command, before)) this.#set(id, { status, message, queryId });
  }

  #set(id: string, status: CommandStatus): void {
    this.#statuses.delete(id);
    this.#statuses.set(id, status);
    if (this.#statuses.size <= STATUSES_MAX) return;
    const [oldest] = this.#statuses.keys();
    if (oldest !== undefined) this.#statuses.delete(oldest);
  }
}

function commandIds(command: Command, before: Catalog): readonly string[] {
  switch (command.kind) {
    case 'createSource': {
      const { kind, name } = command.source;
      const known = before.source(name) !== null;
      return [known ? `${kind.toLowerCase()}/${name}/alter` : creationId(kind, name)];
    }
    case 'startQuery':
    case 'replaceQuery': {
      const { source, query } = command;
      return [creationId(source?.kind ?? 'STREAM', source?.name ?? query.writes ?? '')];
    }
    case 'dropSource': {
      const kind = before.source(command.name)?.kind ?? 'STREAM';
      return [`${kind.toLowerCase()}/${command.name}/drop`];
    }
    case 'terminateQueries':
      return command.queryIds.map((id) => `terminate/${id}/execute`);
    case 'pauseQueries': {
      const action = command.paused ? 'pause' : 'resume';
      return command.queryIds.map((id) => `${action}/${id}/execute`);
    }
    case 'createType':
      return [`type/${command.name}/create`];
    case 'alterSystem':
      return [`cluster/${command.property}/alter`];
    case 'dropType':
      return [`type/${command.name}/drop`];
  }
}

function creationId(kind: string, name: string): string {
  return `${kind.toLowerCase()}/\`${name}\`/create`;
}
