import { blank, maskConnectorSettings } from '../../grammar/mask-settings.ts';

/** The text of a statement as answers show it: without what the settings of a connector are set to. */
export function maskedStatement(sql: string): string {
  return maskConnectorSettings(sql, () => "'[string]'");
}

/** The same with every character in its place, for the lines that errors show. */
export function blankedText(sql: string): string {
  return maskConnectorSettings(sql, blank);
}
