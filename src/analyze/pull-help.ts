/** What messages about pull queries end with; clients look for it. */
export const PULL_HELP =
  ' See https://cnfl.io/queries for more info.\nAdd EMIT CHANGES if you intended to issue a push query.';

/** For a table whose rows are kept by no query. */
export function notQueryable(name: string): string {
  return `The \`${name}\` table isn't queryable. To derive a queryable table, you can do 'CREATE TABLE QUERYABLE_${name} AS SELECT * FROM ${name}'.${PULL_HELP}`;
}
