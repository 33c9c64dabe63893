import { forbidden, type TopicAccess } from '../../src/base/topic-access.ts';
import { RegistryError } from '../../src/schema-registry/registry-error.ts';
import type { SubjectRegistry } from '../../src/schema-registry/subject-registry.ts';

/** The topic whose keys or values a subject describes: a subject that is named otherwise counts as a topic itself. */
export function topicOfSubject(subject: string): string {
  return subject.replace(/-(?:key|value)$/, '');
}

/**
 * Checks what is asked of a registry by somebody who may touch some topics only.
 * @param options.subject null: of the registry as a whole.
 * @throws DatabaseError FORBIDDEN.
 */
export function checkSubject(
  access: TopicAccess,
  { method, isRead, subject }: { method: string; isRead: boolean; subject: string | null },
): void {
  if (isRead && subject === null) return;
  const operation = isRead ? 'describe' : method === 'POST' ? 'write' : 'create';
  const isAllowed = subject !== null && access.allows(operation, topicOfSubject(subject));
  if (!isAllowed) throw forbidden(operation, subject ?? 'the registry as a whole', access);
}

/** The registry as somebody sees it who may touch some topics only: the subjects of others are not there. */
export function restrictedRegistry(
  registry: SubjectRegistry,
  access: TopicAccess,
): SubjectRegistry {
  const isVisible = (subject: string): boolean =>
    access.allows('describe', topicOfSubject(subject));
  const seen: Partial<SubjectRegistry> = {
    subjects: (filter) => registry.subjects(filter).filter(isVisible),
    everything: (filter) => registry.everything(filter).filter(({ subject }) => isVisible(subject)),
    usesOf: (id, deleted) =>
      registry.usesOf(id, deleted).filter(({ subject }) => isVisible(subject)),
    schemaOf(id) {
      const schema = registry.schemaOf(id);
      const uses = registry.usesOf(id, 'with');
      if (uses.some(({ subject }) => isVisible(subject))) return schema;
      throw new RegistryError('SCHEMA_NOT_FOUND', `Schema ${id} not found`);
    },
  };
  return new Proxy(registry, {
    get(target, name) {
      const own: unknown = Reflect.get(seen, name);
      if (own !== undefined) return own;
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}
