import * as http from 'node:http';
import * as https from 'node:https';
import * as tls from 'node:tls';
import type { S3Settings } from './s3-settings.ts';

export function checksumOf(settings: S3Settings): 'crc32' | 'md5' {
  return settings.checksum ?? (isAtAmazon(settings) ? 'crc32' : 'md5');
}

export function isAtAmazon({ endpoint }: S3Settings): boolean {
  return endpoint === undefined || endpoint.isAmazon;
}

export function regionOf({ region, env = process.env }: S3Settings): string {
  return region || env.AWS_REGION || env.AWS_DEFAULT_REGION || 'us-east-1';
}

/** Connections to the server. */
export interface Agents {
  readonly httpAgent: http.Agent;
  readonly httpsAgent: https.Agent;
}

/** Connections to the server: by the proxy of the environment, and with the certificates to trust. */
export function agentsOf({ endpoint, ca, env = process.env, maxSockets = 16 }: S3Settings): Agents {
  const trusted = ca === undefined ? {} : { ca: [...tls.getCACertificates('default'), ca] };
  // Node uses a proxy only if it is enabled (since 24.5); never for this machine itself.
  const proxied = endpoint?.isLoopback ? {} : { proxyEnv: env as NodeJS.ProcessEnv };
  const common = { keepAlive: true, maxSockets, ...proxied };
  return { httpAgent: new http.Agent(common), httpsAgent: new https.Agent({ ...common, ...trusted }) };
}
