import type { Clock } from '@postgres-backuper/base';
import type { SftpAddress } from './address.ts';
import type { HostKeys } from './host-key.ts';
import type { PrivateKey } from './private-key.ts';

/** How to reach a server and log in. */
export interface SftpSettings {
  readonly address: SftpAddress;
  /** The accepted keys of the server; undefined: none is known, so every server is refused. */
  readonly hostKeys?: HostKeys | undefined;
  readonly privateKey?: PrivateKey | undefined;
  readonly password?: string | undefined;
  /** The socket of an ssh-agent, used if key and password are unset. */
  readonly agent?: string | undefined;
  readonly clock?: Pick<Clock, 'now'>;
  /** How long a connection may take, from the first packet to the login, milliseconds (default: 30 s). */
  readonly connectTimeoutMs?: number;
  /** Time between two keepalives, milliseconds (default: 15 s); the fourth without an answer ends the connection. */
  readonly keepaliveMs?: number;
  /** How long requests may wait without any answer before the connection is closed, milliseconds (default: 2 min). */
  readonly stallMs?: number;
}
