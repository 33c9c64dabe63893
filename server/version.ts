import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';

/**
 * The version in the package.json this file belongs to, from the sources and from a build alike.
 */
export function packageVersion(): string {
  const path = findPackageJSON('..', import.meta.url);
  if (path === undefined) return 'unknown';
  return (JSON.parse(readFileSync(path, 'utf8')) as { readonly version: string }).version;
}
