import { EvaluationError } from '../../sql/evaluation-error.ts';
import { shownText } from '../../sql/shown-text.ts';
import { DOUBLE, STRING } from '../../sql/types.ts';
import { overload, parameter, type ScalarFunction } from '../function.ts';

const EARTH_RADIUS_KILOMETERS = 6371;
const EARTH_RADIUS_MILES = 3959;
const RADIANS_PER_DEGREE = Math.PI / 180;

const KILOMETERS = ['km', 'kilometer', 'kilometers', 'kilometre', 'kilometres'];
const MILES = ['mi', 'mile', 'miles'];

const COORDINATES = ['latitude1', 'longitude1', 'latitude2', 'longitude2'].map((name) =>
  parameter(name, DOUBLE, 'FAIL'),
);

export const geoDistance: ScalarFunction = {
  name: 'GEO_DISTANCE',
  displayName: 'geo_distance',
  category: 'MATHEMATICAL',
  description:
    'The distance over the surface of the Earth between two points given in degrees, as latitude and ' +
    "longitude of the one and of the other: in kilometers, or in miles with 'miles' as fifth argument.",
  examples: [
    { sql: 'ROUND(GEO_DISTANCE(52.52, 13.40, 48.86, 2.35))', result: '877' },
    { sql: "GEO_DISTANCE(10, 20, 10, 20, 'miles')", result: '0E0' },
  ],
  overloads: [
    overload(COORDINATES, DOUBLE, distance),
    overload([...COORDINATES, parameter('unit', STRING, 'PASS')], DOUBLE, distance),
  ],
};

/** The haversine formula over a sphere. */
function distance(
  latitude1: number,
  longitude1: number,
  latitude2: number,
  longitude2: number,
  unit: string | null = null,
): number {
  const radius = earthRadius(unit);
  checkRange('latitude', latitude1, 90);
  checkRange('latitude', latitude2, 90);
  checkRange('longitude', longitude1, 180);
  checkRange('longitude', longitude2, 180);
  const latitudeSine = Math.sin(((latitude2 - latitude1) * RADIANS_PER_DEGREE) / 2);
  const longitudeSine = Math.sin(((longitude2 - longitude1) * RADIANS_PER_DEGREE) / 2);
  const chord =
    latitudeSine ** 2 +
    longitudeSine ** 2 *
      Math.cos(latitude1 * RADIANS_PER_DEGREE) *
      Math.cos(latitude2 * RADIANS_PER_DEGREE);
  return 2 * Math.asin(Math.sqrt(Math.min(1, chord))) * radius;
}

function earthRadius(unit: string | null): number {
  const name = unit === null ? '' : unit.trim().toLowerCase();
  if (name === '' || KILOMETERS.includes(name)) return EARTH_RADIUS_KILOMETERS;
  if (MILES.includes(name)) return EARTH_RADIUS_MILES;
  throw new EvaluationError(
    `GEO_DISTANCE does not know the unit ${shownText(name)}; it takes 'km' or 'miles'`,
  );
}

function checkRange(what: string, degrees: number, bound: number): void {
  // Negated, so that NaN is refused too.
  if (!(Math.abs(degrees) <= bound)) {
    throw new EvaluationError(
      `GEO_DISTANCE needs a ${what} from -${bound} to ${bound} degrees, but found ${degrees}`,
    );
  }
}
