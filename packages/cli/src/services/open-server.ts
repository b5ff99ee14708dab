import { closeSync, existsSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '@postgres-backuper/base';
import { type Environment, type Resolved, settingsError } from '@postgres-backuper/options';
import type { Server } from '@postgres-backuper/postgres';
import { SECRET_KEYWORDS } from './libpq-parameters.ts';
import { passwordSource } from './password-source.ts';
import { createServer, type ServerSettings } from './server.ts';
import { tunnelSource } from './tunnels.ts';

const SERVICE = 'postgres-backuper';
/** Paths of the open files of this process; only on Linux. */
const OWN_FILES = `/proc/${process.pid}/fd`;

/** A server and the databases in the settings. */
export interface OpenServer extends Server {
  readonly databases: readonly string[];
}

export interface ServerPlace {
  readonly environment: Environment;
  readonly context: Pick<Context, 'emit' | 'tempDir' | 'clock' | 'signal'>;
  /** Name of the service file in the temporary folder. */
  readonly file?: string;
}

/**
 * The server of createServer for a command that connects. Client programs get parameters without a variable in a service
 * file, never as an argument. Errors: configuration-invalid.
 */
export function openServer(resolved: Resolved, { environment, context, file = 'service' }: ServerPlace): OpenServer {
  const { env, binDirs, parameters, ignored, databases, notices } = createServer(resolved, environment);
  for (const text of notices) context.emit({ type: 'notice', text });
  if (ignored.length > 0) {
    context.emit({
      type: 'notice',
      text: `parameters of the connection that mean nothing here: ${ignored.join(', ')}`,
    });
  }
  const service = { PGSERVICE: SERVICE, PGSERVICEFILE: writeService(parameters, join(context.tempDir, file)) };
  const askPassword = passwordSource({ resolved, environment, server: env }, context);
  const openTunnel = tunnelSource({ settings: resolved.settings, environment, server: env }, context);
  return { env: { ...env, ...service }, binDirs, databases, askPassword, openTunnel };
}

/** Returns the path. A file with a secret has no name on disk, so that it is gone even after a SIGKILL. */
function writeService(parameters: ServerSettings['parameters'], path: string): string {
  const lines = Object.entries(parameters).map(([keyword, value]) => `${keyword}=${value}\n`);
  const isSecret = SECRET_KEYWORDS.some((keyword) => keyword in parameters);
  if (isSecret && !existsSync(OWN_FILES)) {
    throw settingsError([`${SECRET_KEYWORDS.join(', ')} need Linux`], 'use a key without a password here');
  }
  const fd = openSync(path, 'wx', 0o600);
  if (isSecret) unlinkSync(path);
  writeSync(fd, `[${SERVICE}]\n${lines.join('')}`);
  if (isSecret) return `${OWN_FILES}/${fd}`; // stays open
  closeSync(fd);
  return path;
}
