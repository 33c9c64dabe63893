import type { FormatDefaults } from '../analyze/source-definition.ts';
import { type Overrides, sessionProperties } from './session-properties.ts';

/** The formats a CREATE statement gets that names none. */
export function formatDefaults(overrides: Overrides): FormatDefaults {
  const { defaultKeyFormat, defaultValueFormat } = sessionProperties(overrides);
  return {
    keyFormat: defaultKeyFormat,
    valueFormat: defaultValueFormat === '' ? null : defaultValueFormat,
    wrapSingleValues: null,
  };
}
