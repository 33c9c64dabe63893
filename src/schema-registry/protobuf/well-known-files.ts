import { createRequire } from 'node:module';
import type protobuf from 'protobufjs';
import { protobufjs } from '../../base/protobufjs.ts';

type Definitions = Record<string, protobuf.AnyNestedObject>;

const require = createRequire(import.meta.url);

/** Files of protobufjs that its list of common ones leaves out. */
const MORE_OF_GOOGLE = ['api', 'descriptor', 'source_context', 'type'];

/**
 * A file that any schema may import without registering it: those of Google that come with Protobuf, Google's common
 * types, and Confluent's.
 * @returns its text, or its definitions as protobufjs keeps them; null for other files.
 */
export function wellKnownFile(name: string): string | Definitions | null {
  const common = protobufjs().common.get(name);
  if (common?.nested !== undefined) return common.nested as Definitions;
  const [, google = ''] = /^google\/protobuf\/(\w+)\.proto$/.exec(name) ?? [];
  if (MORE_OF_GOOGLE.includes(google)) {
    return (require(`protobufjs/google/protobuf/${google}.json`) as { nested: Definitions }).nested;
  }
  const body = BODIES[name];
  if (body === undefined) return null;
  const packageName = name.startsWith('google/type/')
    ? 'google.type'
    : name.slice(0, name.lastIndexOf('/')).replaceAll('/', '.');
  return `syntax = "proto3"; package ${packageName}; ${body}`;
}

const DECIMAL = 'message Decimal { bytes value = 1; uint32 precision = 2; int32 scale = 3; }';
const META = `import "google/protobuf/descriptor.proto";
  message Meta { string doc = 1; map<string, string> params = 2; repeated string tags = 3; }
  extend google.protobuf.FileOptions { Meta file_meta = 1088; }
  extend google.protobuf.MessageOptions { Meta message_meta = 1088; }
  extend google.protobuf.FieldOptions { Meta field_meta = 1088; }
  extend google.protobuf.EnumOptions { Meta enum_meta = 1088; }
  extend google.protobuf.EnumValueOptions { Meta enum_value_meta = 1088; }`;
const MONTHS = [
  'JANUARY',
  'FEBRUARY',
  'MARCH',
  'APRIL',
  'MAY',
  'JUNE',
  'JULY',
  'AUGUST',
  'SEPTEMBER',
  'OCTOBER',
  'NOVEMBER',
  'DECEMBER',
];
const DAYS = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'];
const PERIODS = ['DAY', 'WEEK', 'FORTNIGHT', 'MONTH', 'QUARTER', 'HALF', 'YEAR'];

/** What stands in them behind the package. */
const BODIES: Readonly<Record<string, string>> = {
  'confluent/meta.proto': META,
  'confluent/type/decimal.proto': DECIMAL,
  'google/type/calendar_period.proto': enumeration('CalendarPeriod', PERIODS),
  'google/type/color.proto': `import "google/protobuf/wrappers.proto";
    message Color { float red = 1; float green = 2; float blue = 3; google.protobuf.FloatValue alpha = 4; }`,
  'google/type/date.proto': 'message Date { int32 year = 1; int32 month = 2; int32 day = 3; }',
  'google/type/datetime.proto': `import "google/protobuf/duration.proto";
    message DateTime {
      int32 year = 1; int32 month = 2; int32 day = 3; int32 hours = 4; int32 minutes = 5;
      int32 seconds = 6; int32 nanos = 7;
      oneof time_offset { google.protobuf.Duration utc_offset = 8; TimeZone time_zone = 9; }
    }
    message TimeZone { string id = 1; string version = 2; }`,
  'google/type/dayofweek.proto': enumeration('DayOfWeek', DAYS),
  'google/type/decimal.proto': 'message Decimal { string value = 1; }',
  'google/type/expr.proto':
    'message Expr { string expression = 1; string title = 2; string description = 3; string location = 4; }',
  'google/type/fraction.proto': 'message Fraction { int64 numerator = 1; int64 denominator = 2; }',
  'google/type/interval.proto': `import "google/protobuf/timestamp.proto";
    message Interval { google.protobuf.Timestamp start_time = 1; google.protobuf.Timestamp end_time = 2; }`,
  'google/type/latlng.proto': 'message LatLng { double latitude = 1; double longitude = 2; }',
  'google/type/money.proto':
    'message Money { string currency_code = 1; int64 units = 2; int32 nanos = 3; }',
  'google/type/month.proto': enumeration('Month', MONTHS),
  'google/type/phone_number.proto': `message PhoneNumber {
      message ShortCode { string region_code = 1; string number = 2; }
      oneof kind { string e164_number = 1; ShortCode short_code = 2; }
      string extension = 3;
    }`,
  'google/type/postal_address.proto': `message PostalAddress {
      int32 revision = 1; string region_code = 2; string language_code = 3; string postal_code = 4;
      string sorting_code = 5; string administrative_area = 6; string locality = 7; string sublocality = 8;
      repeated string address_lines = 9; repeated string recipients = 10; string organization = 11;
    }`,
  'google/type/quaternion.proto':
    'message Quaternion { double x = 1; double y = 2; double z = 3; double w = 4; }',
  'google/type/timeofday.proto':
    'message TimeOfDay { int32 hours = 1; int32 minutes = 2; int32 seconds = 3; int32 nanos = 4; }',
};

/** An enum whose zero says that nothing was said. */
function enumeration(name: string, values: readonly string[]): string {
  const unspecified = `${name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase()}_UNSPECIFIED`;
  const members = [unspecified, ...values].map((value, index) => `${value} = ${index};`);
  return `enum ${name} { ${members.join(' ')} }`;
}
