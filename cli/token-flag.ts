import type { Flag } from './settings.ts';

/** Of commands that talk to a server. */
export const TOKEN_FLAG: Flag = {
  name: 'token',
  value: 'TOKEN',
  variable: 'MILLRACE_TOKEN',
  summary: 'logs in with a bearer token; better given by the variable, which others cannot see',
};
