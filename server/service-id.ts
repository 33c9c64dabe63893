/** The name ksqlDB gives a service nobody named. */
export const SERVICE_ID = 'default_';
