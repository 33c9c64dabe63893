import { readFileSync } from 'node:fs';
import type { Environment, Settings } from './settings.ts';

/** Variables that set properties, as ksqlDB's containers name them: KSQL_KSQL_SCHEMA_REGISTRY_URL. */
const VARIABLE_PREFIX = 'KSQL_KSQL_';

/**
 * The properties of a server by name: from the file of `--properties`, then from variables, then from `--property`, the
 * later ones winning. Only their form is looked at here: what there is to set, the database knows. Mistakes are
 * collected in the settings, without values, which may be secrets.
 */
export function readProperties(
  settings: Settings,
  environment: Environment,
): Record<string, string> {
  const path = settings.text('properties');
  return {
    ...(path === null ? {} : readFile(path, settings)),
    ...fromVariables(environment),
    ...fromArguments(settings),
  };
}

function readFile(path: string, settings: Settings): Record<string, string> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    settings.refuse(`The file of properties ${path} cannot be read: ${(error as Error).message}`);
    return {};
  }
  const properties: Record<string, string> = {};
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(?:[#!].*)?$/.test(line)) continue;
    const [, name, value] = /^\s*([^\s=:]+)\s*[=:]?\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined || value === undefined) {
      settings.refuse(`Line ${index + 1} of ${path} must be name=value.`);
    } else properties[name] = value;
  }
  return properties;
}

/** As in ksqlDB's containers: `_` stands for `.`, `__` for `_` and `___` for `-`. */
function fromVariables(environment: Environment): Record<string, string> {
  const properties: Record<string, string> = {};
  for (const [variable, value] of Object.entries(environment)) {
    if (!variable.startsWith(VARIABLE_PREFIX) || value === undefined) continue;
    const name = variable
      .slice('KSQL_'.length)
      .toLowerCase()
      .replace(/_{1,3}/g, (underscores) => ['.', '_', '-'][underscores.length - 1] ?? '.');
    properties[name] = value;
  }
  return properties;
}

function fromArguments(settings: Settings): Record<string, string> {
  const properties: Record<string, string> = {};
  for (const text of settings.all('property')) {
    const [, name, value] = /^([^\s=]+)=(.*)$/s.exec(text) ?? [];
    if (name === undefined || value === undefined) {
      settings.refuse(
        '--property must be NAME=VALUE, such as ksql.schema.registry.url=http://localhost:8081.',
      );
    } else properties[name] = value;
  }
  return properties;
}
