// Hot path: once per DOUBLE that is written.

const PLAIN_MIN = 1e-3;
const PLAIN_MAX = 1e7;

/**
 * The text of a DOUBLE in the form Java gives it, with the fewest digits that read back as the same
 * number: `10.0`, `0.001`, `1.0E7`, `1.2345E-4`, `-0.0`, `NaN`, `Infinity`, `-Infinity`.
 *
 * Magnitudes from 0.001 up to, not including, 10,000,000 are plain, all others have an exponent;
 * both always have a digit on either side of the point.
 */
export function formatDouble(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude >= PLAIN_MIN && magnitude < PLAIN_MAX) {
    // JavaScript prints this range plainly and also with the fewest digits.
    return Number.isInteger(value) ? `${value}.0` : String(value);
  }
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  if (!Number.isFinite(value)) return String(value);
  const shortest = value.toExponential();
  // Java never takes fewer than two digits and then the nearest such number: 4.9E-324, not 5.0E-324.
  const [mantissa = '', exponent = ''] = (
    shortest.includes('.') ? shortest : value.toExponential(1)
  ).split('e');
  return `${mantissa}E${exponent.startsWith('+') ? exponent.slice(1) : exponent}`;
}
