import { DatabaseError } from './errors.ts';

/** What can be done to a topic. Whoever may do anything to it may also `describe` it, which is to know of it. */
export type TopicOperation = 'describe' | 'read' | 'write' | 'create';

/** The topics one client may touch. */
export interface TopicAccess {
  /** Who it is, for messages. */
  readonly principal: string;
  allows(operation: TopicOperation, topic: string): boolean;
}

const VERBS: { readonly [K in TopicOperation]: string } = {
  describe: 'look at',
  read: 'read',
  write: 'write to',
  create: 'create or change',
};

/**
 * The refusal, in the same words for what is not there and for what is not allowed, so that nobody learns of topics that
 * are not theirs.
 * @param name of the topic, or of the source or query over it.
 */
export function forbidden(
  operation: TopicOperation,
  name: string,
  { principal }: TopicAccess,
): DatabaseError {
  return new DatabaseError(
    'FORBIDDEN',
    `${principal} may not ${VERBS[operation]} ${name}, or there is nothing of that name.`,
  );
}
