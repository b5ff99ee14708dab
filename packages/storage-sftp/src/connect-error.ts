import { BackuperError, type ErrorCode, say } from '@postgres-backuper/base';
import type { SftpAddress } from './address.ts';

/** What a socket, ssh2 or an SFTP server reports. */
export type RawError = Error & { readonly code?: string | number; readonly level?: string };

type Meaning = readonly [ErrorCode, string];

const NO_HOST: Meaning = [
  'host-unknown',
  `correct the host in ${say.given('repository')}: there is no host of this name`,
];
const UNREACHABLE: Meaning = ['storage-unreachable', 'check address, port and network'];
const LOGIN: Meaning = [
  'storage-credentials',
  `compare the user in ${say.given('repository')} and ${say.option('sftpKey')} or ${say.option('sftpPassword')} with what the server allows (docs/sftp.md)`,
];
const NO_LOGIN: Meaning = [
  'storage-credentials',
  `give ${say.option('sftpKey')} or ${say.option('sftpPassword')}, or start an ssh-agent`,
];
const NO_SSH: Meaning = ['configuration-invalid', 'correct host and port: no SSH server answers there'];
const OLD: Meaning = ['storage-failed', 'update the SSH server: it shares no safe algorithm with this program'];
const NO_SFTP: Meaning = ['configuration-invalid', 'allow SFTP to this account: Subsystem sftp internal-sftp'];

/** The first bytes of HTTP, FTP and TLS servers. A busy sshd also sends a line of text before it closes. */
const NOT_SSH = /^(HTTP\/|<|\d{3}[ -]|\x15\x03)/;

/** Our error for a failed connection, login or SFTP session. `first`: the first bytes from the server. */
export function connectError(error: RawError, address: SftpAddress, first?: Buffer): BackuperError {
  const [code, hint] = NOT_SSH.test(first?.toString('latin1', 0, 8) ?? '') ? NO_SSH : meaningOf(error);
  const said = error.level === 'client-authentication' ? `the server does not let '${address.user}' in` : saidBy(error);
  return new BackuperError(code, `cannot connect to '${address.url}': ${said}`, { hint });
}

function saidBy({ message, code }: RawError): string {
  return `${message || code}`.split('\n')[0]?.slice(0, 300) ?? '';
}

function meaningOf({ code, level, message }: RawError): Meaning {
  if (code === 'ENOTFOUND') return NO_HOST;
  if (typeof code === 'string' && /^E[A-Z_]+$/.test(code)) return UNREACHABLE;
  if (level === 'agent') return NO_LOGIN;
  if (level === 'client-authentication' || /too many authentication failures/i.test(message)) return LOGIN;
  if (/start subsystem|establishing SFTP/i.test(message)) return NO_SFTP;
  if (/no matching|unsupported/i.test(message)) return OLD;
  if (/identification|protocol version/i.test(message)) return NO_SSH;
  return UNREACHABLE;
}
