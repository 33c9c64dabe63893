import type { FormatDefaults } from '../analyze/source-definition.ts';
import { type Overrides, sessionProperties } from './session-properties.ts';

/** What a CREATE statement gets that does not say it. */
export function formatDefaults(overrides: Overrides): FormatDefaults {
  const { defaultKeyFormat, defaultValueFormat, wrapSingleValues, topicPrefix } =
    sessionProperties(overrides);
  return {
    keyFormat: defaultKeyFormat,
    valueFormat: defaultValueFormat === '' ? null : defaultValueFormat,
    wrapSingleValues: wrapSingleValues === '' ? null : wrapSingleValues === 'true',
    topicPrefix,
  };
}
