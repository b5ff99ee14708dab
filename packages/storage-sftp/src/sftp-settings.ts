import type { Clock } from '@postgres-backuper/base';
import type { SftpAddress } from './address.ts';
import type { HostKeys } from './host-key.ts';
import type { PrivateKey } from './private-key.ts';

/** How a server is reached, and who we are there. */
export interface SftpSettings {
  readonly address: SftpAddress;
  /** The keys that the server may show; undefined: none is known, so every server is refused. */
  readonly hostKeys?: HostKeys | undefined;
  readonly privateKey?: PrivateKey | undefined;
  readonly password?: string | undefined;
  /** The socket of an ssh-agent; it is asked where neither a key nor a password is given. */
  readonly agent?: string | undefined;
  readonly clock?: Pick<Clock, 'now'>;
  /** How long a connection may take, from the first packet to the login, milliseconds (default: 30 s). */
  readonly connectTimeoutMs?: number;
  /** Time between two questions whether the server is still there, milliseconds (default: 15 s); the fourth without an answer ends the connection. */
  readonly keepaliveMs?: number;
  /** How long requests may wait without any answer before the connection is given up, milliseconds (default: 2 min). */
  readonly stallMs?: number;
}
