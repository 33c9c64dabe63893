import type { GroupDescription, PartitionOffset, TopicService } from '../../src/api/topics.ts';
import { DatabaseError } from '../../src/base/errors.ts';
import { forbidden, type TopicAccess, type TopicOperation } from '../../src/base/topic-access.ts';
import type { Engine } from '../../src/engine.ts';
import type { Principal } from './roles.ts';
import { accessOf } from './topic-rules.ts';

/** The topics as somebody sees them. */
export function topicsFor({ topics }: Engine, principal: Principal): TopicService {
  const access = accessOf(principal);
  return access === undefined ? topics : restrictedTopics(topics, access);
}

/**
 * The topics as somebody sees them who may touch some only: others are not listed, and asking for them is refused in the
 * same words whether they are there or not.
 */
export function restrictedTopics(topics: TopicService, access: TopicAccess): TopicService {
  const check = (operation: TopicOperation, topic: string): void => {
    if (!access.allows(operation, topic)) throw forbidden(operation, topic, access);
  };
  const seen = ({ group, offsets }: GroupDescription): GroupDescription => {
    return { group, offsets: offsets.filter(({ topic }) => access.allows('describe', topic)) };
  };
  /** Of a group whose topics are all others' nobody is told. */
  const describeGroup = (group: string): GroupDescription => {
    const isKnown = topics.groups().includes(group);
    const description = isKnown ? seen(topics.describeGroup(group)) : { group, offsets: [] };
    if (description.offsets.length > 0) return description;
    throw new DatabaseError('NOT_FOUND', `Group ${group} has committed no offsets.`);
  };
  return {
    list: () => topics.list().filter(({ name }) => access.allows('describe', name)),
    describe(name) {
      check('describe', name);
      return topics.describe(name);
    },
    async create(topic) {
      check('create', topic.name);
      return topics.create(topic);
    },
    async delete(name) {
      check('create', name);
      return topics.delete(name);
    },
    async produce(topic, records, options) {
      check('write', topic);
      return topics.produce(topic, records, options);
    },
    async consume(request) {
      check('read', request.topic);
      return topics.consume(request);
    },
    async deleteRecords(place) {
      check('create', place.topic);
      return topics.deleteRecords(place);
    },
    async offsets(topic, at) {
      check('describe', topic);
      return topics.offsets(topic, at);
    },
    groups: () =>
      topics.groups().filter((group) => seen(topics.describeGroup(group)).offsets.length > 0),
    describeGroup,
    async commitGroup(group, offsets: readonly PartitionOffset[]) {
      for (const { topic } of offsets) check('read', topic);
      return seen(await topics.commitGroup(group, offsets));
    },
    async deleteGroup(group) {
      describeGroup(group);
      for (const { topic } of topics.describeGroup(group).offsets) {
        if (access.allows('read', topic)) continue;
        throw new DatabaseError(
          'FORBIDDEN',
          `${access.principal} may not delete the group ${group}: it has offsets of topics that ${access.principal} may not read.`,
        );
      }
      return topics.deleteGroup(group);
    },
  };
}
