/*
 * Loaded before the simulation (`node --import`): plants the bug that MILLRACE_MUTANT names into the source file while
 * it is loaded. Files on disk stay as they are.
 */
import { registerHooks } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { mutants } from './list.ts';
import { mutated } from './mutant.ts';

const name = process.env['MILLRACE_MUTANT'];
const mutant = mutants.find((other) => other.name === name);
if (mutant === undefined) throw new RangeError(`no mutant is called ${name}`);
const url = pathToFileURL(join(resolve(import.meta.dirname, '../../..'), mutant.file)).href;
let isPlanted = false;

registerHooks({
  load(loaded, context, nextLoad) {
    const result = nextLoad(loaded, context);
    if (loaded !== url || result.source === null || result.source === undefined) return result;
    isPlanted = true;
    return { ...result, source: mutated(result.source.toString(), mutant) };
  },
});

process.on('exit', () => {
  if (isPlanted) return;
  console.error(`mutant ${mutant.name}: ${mutant.file} was never loaded`);
  process.exitCode = 3;
});
