import { BackuperError } from '@postgres-backuper/base';
import { STATUS, statusOf } from './request-error.ts';
import type { Session } from './session.ts';

/** Less free space than this counts as none, bytes: file systems reserve some. */
const NOTHING = 1024 * 1024;

/**
 * Runs `make`. A full disk, an exhausted quota and a read-only file system all get the answer 'Failure' in the protocol:
 * the state of the file system then tells which it is. Errors: storage-full, storage-denied.
 */
export async function explained<Result>(session: Session, base: string, make: () => Promise<Result>): Promise<Result> {
  try {
    return await make();
  } catch (error) {
    throw (await causeOf(error, session, base)) ?? error;
  }
}

/** The same for the bytes of a file: a server that is neither full nor read-only refuses them for a quota or a limit. */
export async function explainedBytes(session: Session, base: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    const cause = await causeOf(error, session, base);
    throw cause ?? (statusOf(error) === STATUS.failure ? refused(base) : error);
  }
}

async function causeOf(error: unknown, session: Session, base: string): Promise<BackuperError | undefined> {
  if (statusOf(error) !== STATUS.failure || !session.offers('statvfs')) return undefined;
  const found = await session.fileSystem(base).catch(() => undefined);
  if (found?.isReadOnly)
    return new BackuperError('storage-denied', `the file system of '${base}' on the server is read-only`, {
      hint: 'mount it for writing',
    });
  if (found === undefined || (found.freeBytes >= NOTHING && found.freeFiles > 0)) return undefined;
  return new BackuperError('storage-full', `the file system of '${base}' on the server is full`, {
    hint: 'free some space there, or shorten the retention and run prune',
  });
}

function refused(base: string): BackuperError {
  return new BackuperError('storage-full', `the server takes no more bytes in '${base}', and SFTP does not say why`, {
    hint: "look at the account's quota, the server's limits of file sizes, and its disks",
  });
}
