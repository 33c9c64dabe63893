import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { TlsOptions } from 'node:tls';

/** The files TLS is set up from, all PEM. */
export interface TlsFiles {
  /** The certificate and those that certify it, in order. */
  readonly certificate: string;
  readonly key: string;
  /** Certificates that certify clients; given: every client has to show one. */
  readonly clientAuthority: string | null;
}

/**
 * Reads and checks the files.
 * @param now milliseconds since the epoch.
 * @returns what TLS servers take, or all that is wrong, a sentence each. Nothing of a key is ever shown.
 */
export function readTlsFiles(
  files: TlsFiles,
  now: number,
): { readonly options: TlsOptions | null; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const read = (path: string): string | null => {
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      problems.push(`${path} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
      return null;
    }
  };
  const cert = read(files.certificate);
  const key = read(files.key);
  const ca = files.clientAuthority === null ? null : read(files.clientAuthority);
  const certificate = cert === null ? null : parseCertificate(cert);
  const privateKey = key === null ? null : parseKey(key);
  if (cert !== null && certificate === null)
    problems.push(`${files.certificate} holds no certificate in PEM.`);
  if (key !== null && privateKey === null) {
    problems.push(
      `${files.key} holds no private key in PEM that can be read without a passphrase.`,
    );
  }
  if (certificate !== null) problems.push(...validityProblems(files.certificate, certificate, now));
  if (certificate !== null && privateKey !== null && !certificate.checkPrivateKey(privateKey)) {
    problems.push(`${files.key} is not the key of the certificate in ${files.certificate}.`);
  }
  if (ca !== null && parseCertificate(ca) === null) {
    problems.push(`${files.clientAuthority} holds no certificate in PEM.`);
  }
  if (problems.length > 0) return { options: null, problems };
  const options: TlsOptions = {
    cert: cert!,
    key: key!,
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['h2', 'http/1.1'],
    ...(ca === null ? {} : { ca, requestCert: true, rejectUnauthorized: true }),
  };
  return { options, problems };
}

function validityProblems(path: string, certificate: X509Certificate, now: number): string[] {
  const { validFromDate, validToDate } = certificate;
  if (validToDate.getTime() < now) {
    return [`The certificate in ${path} has expired on ${validToDate.toISOString()}.`];
  }
  if (validFromDate.getTime() > now) {
    return [`The certificate in ${path} is not valid before ${validFromDate.toISOString()}.`];
  }
  return [];
}

function parseCertificate(pem: string): X509Certificate | null {
  try {
    return new X509Certificate(pem);
  } catch {
    return null;
  }
}

function parseKey(pem: string): KeyObject | null {
  try {
    return createPrivateKey(pem);
  } catch {
    return null;
  }
}
