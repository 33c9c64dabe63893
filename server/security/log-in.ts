import type { TLSSocket } from 'node:tls';
import type { IncomingMessage } from 'node:http';
import type { Authentication, Credentials } from './authentication.ts';
import type { Principal, Role } from './roles.ts';
import { ANONYMOUS } from './roles.ts';
import { requireRole } from './statement-access.ts';

/** Who is asking, and the name of the request in logs. */
export interface Client {
  readonly principal: Principal;
  readonly requestId: string;
}

/** What a request of either version of HTTP shows of who sent it. */
export function credentialsOf(request: IncomingMessage): Credentials {
  const { headers, url = '' } = request;
  // Of HTTP/2 this is a stand-in, behind which the connection is.
  const socket = request.socket as TLSSocket;
  const query = url.indexOf('?');
  return {
    authorization: headers.authorization,
    accessToken: query < 0 ? null : new URLSearchParams(url.slice(query)).get('access_token'),
    commonName: socket.authorized === true ? commonNameOf(socket) : null,
    address: socket.remoteAddress ?? '',
  };
}

function commonNameOf(socket: TLSSocket): string | null {
  const name: unknown = socket.getPeerCertificate().subject?.CN;
  return typeof name === 'string' ? name : null;
}

/**
 * Finds out who sent a request and whether they may.
 * @throws DatabaseError UNAUTHORIZED, FORBIDDEN or TOO_MANY; also as a rejection.
 */
export function logIn(
  request: IncomingMessage,
  access: Role | 'public',
  authentication: Authentication,
): Principal | Promise<Principal> {
  if (!authentication.isOn || access === 'public') return ANONYMOUS;
  const found = authentication.identify(credentialsOf(request));
  if (!(found instanceof Promise)) return checked(found, access);
  return found.then((principal) => checked(principal, access));
}

function checked(principal: Principal, access: Role): Principal {
  requireRole(principal, access);
  return principal;
}
