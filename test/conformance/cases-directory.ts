import { join, resolve } from 'node:path';

/** The cases are not ours to ship: they stand beside the checkout, or where the variable says. */
const BESIDE = join(resolve(import.meta.dirname, '..', '..'), '..', 'shared', 'cases');

/** The folder of the cases, which need not be there. */
export const CASES = process.env['CONFORMANCE_CASES'] ?? BESIDE;
