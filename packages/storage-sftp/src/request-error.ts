import { BackuperError, type ErrorCode, isBackuperError } from '@postgres-backuper/base';
import type { RawError } from './connect-error.ts';

/** Status codes of SFTP (draft-ietf-secsh-filexfer-02; from 10 those of later drafts, which some servers use). */
export const STATUS = { eof: 1, missing: 2, denied: 3, failure: 4, unsupported: 8, exists: 11 } as const;

const AS_OWNER = 'give the account of the repository its folders (owner, mode 700), or correct the path';
const MEANINGS: Readonly<Record<number, readonly [ErrorCode, string]>> = {
  2: ['storage-failed', 'correct the path: it must exist, or its parent folder and the right to make it'],
  3: ['storage-denied', AS_OWNER],
  6: ['storage-unreachable', 'try again later'],
  7: ['storage-unreachable', 'try again later'],
  8: ['storage-failed', 'use another SFTP server: this one lacks an operation that a repository needs'],
  12: ['storage-denied', 'mount the file system of the server for writing'],
  14: ['storage-full', 'free some space on the server, or shorten the retention and run prune'],
  15: ['storage-full', 'raise the quota of this account, or shorten the retention and run prune'],
};

/** The status code of a server's answer; undefined: no answer. */
export function statusOf(error: unknown): number | undefined {
  const { code } = (error ?? {}) as RawError;
  return typeof code === 'number' ? code : undefined;
}

/** Our error for a failed operation; our own errors are unchanged. `lost`: why the connection ended, if it did. */
export function requestError(
  error: unknown,
  { what, location, lost }: { readonly what: string; readonly location: string; readonly lost: string | undefined },
): Error {
  if (isBackuperError(error)) return error;
  const status = statusOf(error);
  if (status === undefined && lost === undefined && !isNoAnswer(error)) return error as Error;
  const said = status === undefined ? (lost ?? 'the server gave no answer') : `the server says '${wordsOf(error)}'`;
  const [code, hint] =
    status === undefined
      ? (['storage-unreachable', 'check the network and the log of the server'] as const)
      : (MEANINGS[status] ?? ['storage-failed', 'look into the log of the server: SFTP does not say the cause']);
  return new BackuperError(code, `cannot ${what} in '${location}': ${said}`, { hint });
}

/** Whether ssh2 failed the request because its connection or session ended. */
function isNoAnswer(error: unknown): boolean {
  return error instanceof Error && /^(No response from server|Not connected|the session ended)$/.test(error.message);
}

function wordsOf(error: unknown): string {
  return (error as Error).message.split('\n')[0]?.slice(0, 200) ?? '';
}
