import { BackuperError, isBackuperError } from '@postgres-backuper/base';
import { makeFolder } from './base-directory.ts';
import { foldersOf, refuseLinks } from './key-path.ts';
import { readObject } from './read-file.ts';
import { STATUS, statusOf } from './request-error.ts';
import type { Session } from './session.ts';

export interface Publication {
  readonly base: string;
  readonly key: string;
  /** The path of the complete file. */
  readonly unfinished: string;
  readonly body: Uint8Array;
}

/** Gives a file its name and never replaces another one. Errors: object-exists, storage-unsafe. */
export async function publish(session: Session, { base, key, unfinished, body }: Publication): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      if (tries > 1) for (const folder of foldersOf(key)) await makeFolder(session, `${base}/${folder}`);
      await refuseLinks(session, base, key);
      if (!(await takeName(session, unfinished, `${base}/${key}`))) await compare(session, { base, key, body });
      return;
    } catch (error) {
      // The folder is missing, or a concurrent remove deleted it while it was empty.
      if (statusOf(error) !== STATUS.missing || tries === 5) throw error;
    }
  }
}

/**
 * False: the name is taken. A hard link never replaces a file, nor does a rename of version 3 of the protocol. Only if the
 * server refuses both, the name is checked and then a rename is used that would replace a file.
 */
async function takeName(session: Session, from: string, to: string): Promise<boolean> {
  const ways = [
    ...(session.offers('hardlink') ? [session.link] : []),
    session.rename,
    ...(session.offers('posix-rename') ? [session.posixRename] : []),
  ];
  let last: unknown;
  for (const [index, way] of ways.entries()) {
    if (index > 0 || way !== session.link) if (await isThere(session, to)) return false;
    try {
      await way(from, to);
      return true;
    } catch (error) {
      if (await isThere(session, to)) return false;
      const status = statusOf(error);
      if (status === undefined || status === STATUS.missing) throw error;
      last = error;
    }
  }
  throw last;
}

async function isThere(session: Session, path: string): Promise<boolean> {
  return session.lstat(path).then(
    () => true,
    (error: unknown) => {
      if (statusOf(error) === STATUS.missing) return false;
      throw error;
    },
  );
}

async function compare(session: Session, { base, key, body }: Omit<Publication, 'unfinished'>): Promise<void> {
  const stored = await readObject(session, { base, key, maxBytes: body.length }).catch((error: unknown) => {
    if (isBackuperError(error, 'object-too-large')) return undefined;
    throw error;
  });
  if (stored?.equals(body)) return;
  throw new BackuperError('object-exists', `'${key}' exists with other content`, {
    hint: 'nothing stored is ever overwritten: run the command again, it takes another label',
  });
}
