import type { AggregateDefinition } from './aggregate.ts';
import { attribute } from './aggregate/attribute.ts';
import { average } from './aggregate/average.ts';
import { earliestByOffset, latestByOffset } from './aggregate/by-offset.ts';
import { collectList, collectSet } from './aggregate/collect.ts';
import { correlation } from './aggregate/correlation.ts';
import { countDistinct } from './aggregate/count-distinct.ts';
import { count } from './aggregate/count.ts';
import { maximum, minimum } from './aggregate/extremes.ts';
import { histogram } from './aggregate/histogram.ts';
import { sampleVariance, standardDeviation } from './aggregate/standard-deviation.ts';
import { sumList } from './aggregate/sum-list.ts';
import { sum } from './aggregate/sum.ts';
import { topk, topkDistinct } from './aggregate/top.ts';
import type { ScalarFunction } from './function.ts';
import { abs, sign, sqrt } from './scalar/arithmetic.ts';
import { concat, concatWs } from './scalar/concat.ts';
import { asValue, coalesce, ifnull, nullif } from './scalar/conditional.ts';
import { greatest, least } from './scalar/extremes.ts';
import { initcap, lcase, len, trim, ucase } from './scalar/letters.ts';
import { lpad, rpad } from './scalar/padding.ts';
import { instr, replace, substring } from './scalar/pieces.ts';
import { ceil, floor, round, trunc } from './scalar/rounding.ts';
import { arrayContains, arrayLength, arrayRemove } from './scalar/array-members.ts';
import { arrayMaximum, arrayMinimum, arraySort } from './scalar/array-order.ts';
import { arrayConcat, arrayJoin, slice } from './scalar/array-pieces.ts';
import { arrayDistinct, arrayExcept, arrayIntersect, arrayUnion } from './scalar/array-sets.ts';
import { filter } from './scalar/filter.ts';
import { generateSeries } from './scalar/generate-series.ts';
import { asMap, entries, mapKeys, mapUnion, mapValues } from './scalar/maps.ts';
import { random } from './scalar/random.ts';
import { reduce } from './scalar/reduce.ts';
import { transform } from './scalar/transform.ts';
import {
  dateAdd,
  dateSub,
  timeAdd,
  timeSub,
  timestampAdd,
  timestampSub,
} from './scalar/date-arithmetic.ts';
import {
  convertTimeZone,
  fromDays,
  fromUnixTime,
  unixDate,
  unixTimestamp,
} from './scalar/epoch-time.ts';
import {
  dateToString,
  formatDate,
  formatTime,
  formatTimestamp,
  timestampToString,
} from './scalar/time-format.ts';
import {
  parseDate,
  parseTime,
  parseTimestamp,
  stringToDate,
  stringToTimestamp,
} from './scalar/time-parse.ts';
import { elt, field } from './scalar/choices.ts';
import { chr } from './scalar/code-points.ts';
import { md5, uuid } from './scalar/digests.ts';
import { encode, fromBytes, toBytes } from './scalar/encodings.ts';
import { cbrt, exp, ln, log, power } from './scalar/exponentials.ts';
import { geoDistance } from './scalar/geo-distance.ts';
import { jsonArrayContains } from './scalar/json-array-contains.ts';
import {
  extractJsonField,
  isJsonString,
  jsonArrayLength,
  jsonConcat,
  jsonItems,
  jsonKeys,
  jsonRecords,
} from './scalar/json-text.ts';
import { mask, maskKeepLeft, maskKeepRight, maskLeft, maskRight } from './scalar/mask.ts';
import { bigintFromBytes, doubleFromBytes, intFromBytes } from './scalar/numbers-from-bytes.ts';
import {
  regexpExtract,
  regexpExtractAll,
  regexpReplace,
  regexpSplitToArray,
} from './scalar/regular-expressions.ts';
import { split, splitToMap } from './scalar/split.ts';
import { toJsonString } from './scalar/to-json-string.ts';
import {
  acos,
  asin,
  atan,
  atan2,
  cos,
  cosh,
  cot,
  degrees,
  pi,
  radians,
  sin,
  sinh,
  tan,
  tanh,
} from './scalar/trigonometry.ts';
import {
  urlDecodeParam,
  urlEncodeParam,
  urlExtractFragment,
  urlExtractHost,
  urlExtractParameter,
  urlExtractPath,
  urlExtractPort,
  urlExtractProtocol,
  urlExtractQuery,
} from './scalar/url.ts';
import type { TableFunctionDefinition } from './table-function.ts';
import { cubeExplode } from './table/cube-explode.ts';
import { explode } from './table/explode.ts';

/** Every scalar function. */
export const scalarFunctions: readonly ScalarFunction[] = [
  abs,
  ceil,
  floor,
  greatest,
  least,
  round,
  sign,
  sqrt,
  concat,
  concatWs,
  instr,
  lcase,
  len,
  lpad,
  replace,
  rpad,
  substring,
  trim,
  ucase,
  coalesce,
  ifnull,
  nullif,
  asValue,
  initcap,
  trunc,
  acos,
  asin,
  atan,
  atan2,
  cbrt,
  cos,
  cosh,
  cot,
  degrees,
  exp,
  geoDistance,
  ln,
  log,
  pi,
  power,
  radians,
  random,
  sin,
  sinh,
  tan,
  tanh,
  bigintFromBytes,
  chr,
  doubleFromBytes,
  elt,
  encode,
  field,
  fromBytes,
  intFromBytes,
  mask,
  maskKeepLeft,
  maskKeepRight,
  maskLeft,
  maskRight,
  md5,
  split,
  splitToMap,
  toBytes,
  uuid,
  regexpExtract,
  regexpExtractAll,
  regexpReplace,
  regexpSplitToArray,
  extractJsonField,
  isJsonString,
  jsonArrayContains,
  jsonArrayLength,
  jsonConcat,
  jsonItems,
  jsonKeys,
  jsonRecords,
  toJsonString,
  urlDecodeParam,
  urlEncodeParam,
  urlExtractFragment,
  urlExtractHost,
  urlExtractParameter,
  urlExtractPath,
  urlExtractPort,
  urlExtractProtocol,
  urlExtractQuery,
  arrayConcat,
  arrayContains,
  arrayDistinct,
  arrayExcept,
  arrayIntersect,
  arrayJoin,
  arrayLength,
  arrayMaximum,
  arrayMinimum,
  arrayRemove,
  arraySort,
  arrayUnion,
  asMap,
  entries,
  filter,
  generateSeries,
  mapKeys,
  mapUnion,
  mapValues,
  reduce,
  slice,
  transform,
  dateAdd,
  dateSub,
  timeAdd,
  timeSub,
  timestampAdd,
  timestampSub,
  convertTimeZone,
  fromDays,
  fromUnixTime,
  unixDate,
  unixTimestamp,
  dateToString,
  formatDate,
  formatTime,
  formatTimestamp,
  timestampToString,
  parseDate,
  parseTime,
  parseTimestamp,
  stringToDate,
  stringToTimestamp,
];

/** Every table function. */
export const tableFunctions: readonly TableFunctionDefinition[] = [cubeExplode, explode];

/** Every aggregate. */
export const aggregates: readonly AggregateDefinition[] = [
  count,
  sum,
  average,
  minimum,
  maximum,
  attribute,
  collectList,
  collectSet,
  correlation,
  countDistinct,
  earliestByOffset,
  histogram,
  latestByOffset,
  sampleVariance,
  standardDeviation,
  sumList,
  topk,
  topkDistinct,
];
