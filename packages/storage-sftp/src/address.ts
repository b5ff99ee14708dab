import { BackuperError } from '@postgres-backuper/base';

/** The place of a repository on an SFTP server. */
export interface SftpAddress {
  readonly user: string;
  /** A name or an address; IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** Absolute, or relative to the home of the account; without '/' at its end. */
  readonly path: string;
  /** `sftp://user@host[:port]/path`, as it is shown. */
  readonly url: string;
}

const URL_PARTS = /^sftp:\/\/([^/@]+)@(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?(\/.*)?$/i;

/**
 * `sftp://user@host[:port]/path`: the path is absolute on the server; `/~/path` is relative to the account's home. A
 * byte that a URL cannot hold is written as %XX. Errors: configuration-invalid, which repeats no part of the text.
 */
export function parseSftpUrl(text: string): SftpAddress {
  const [, user, host, port = '22', path] = URL_PARTS.exec(text) ?? [];
  if (user === undefined || host === undefined) throw invalid('it is not sftp://user@host:port/path');
  if (user.includes(':')) throw invalid('it holds a password, and texts like this one are shown');
  if (Number(port) < 1 || Number(port) > 65_535) throw invalid(`${port} is no port`);
  const place = `${user}@${host.toLowerCase()}${port === '22' ? '' : `:${Number(port)}`}`;
  return {
    user: decoded(user),
    host: host.replace(/^\[|\]$/g, '').toLowerCase(),
    port: Number(port),
    path: pathOf(decoded(path ?? '')),
    url: `sftp://${place}${path?.replace(/\/+$/, '')}`,
  };
}

function pathOf(path: string): string {
  const parts = path.split('/').filter(Boolean);
  if (parts.length === 0) throw invalid('it names no folder');
  if (parts.some((part) => part === '..' || part === '.')) throw invalid("its path holds '.' or '..'");
  if (parts[0] !== '~') return `/${parts.join('/')}`;
  if (parts.length === 1) throw invalid('it names no folder below the home');
  return parts.slice(1).join('/');
}

function decoded(text: string): string {
  try {
    const plain = decodeURIComponent(text);
    if (!/[\0-\x1f\x7f]/.test(plain) && !/[?#]/.test(text)) return plain;
  } catch {
    // reported below
  }
  throw invalid("it holds '?', '#', a control character or a broken %XX");
}

function invalid(why: string): BackuperError {
  return new BackuperError('configuration-invalid', `the SFTP repository cannot be used: ${why}`, {
    hint: 'write sftp://user@host/absolute/path, or sftp://user@host/~/path for a folder in the home of the account',
  });
}
