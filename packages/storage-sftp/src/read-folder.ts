import type { FileEntryWithStats, Stats } from 'ssh2';
import { ignoreMissing } from './key-path.ts';
import { STATUS, statusOf } from './request-error.ts';
import type { Session } from './session.ts';

/** Most concurrent requests for names: a server returns about 100 per answer. */
const AT_ONCE = 8;

export interface Entry {
  readonly name: string;
  /** Of the entry itself, never of the target of a link. */
  readonly info: Stats;
}

/** The entries of a folder, unordered; none if the folder is missing. */
export async function* readFolder(session: Session, folder: string): AsyncGenerator<Entry> {
  const handle = await session.opendir(folder).catch(ignoreMissing);
  if (handle === undefined) return;
  const pages: Promise<readonly FileEntryWithStats[] | undefined>[] = [];
  try {
    // the longer the folder, the more is requested ahead
    for (let ahead = 1; ; ahead = Math.min(2 * ahead, AT_ONCE)) {
      while (pages.length < ahead) pages.push(nextPage(session, handle));
      const page = await pages.shift();
      if (page === undefined) return;
      for (const { filename, attrs } of page)
        yield { name: filename, info: await infoOf(session, `${folder}/${filename}`, attrs) };
    }
  } finally {
    void Promise.allSettled([...pages, session.close(handle)]); // nobody waits for these answers
  }
}

/** Undefined: there are no more. */
async function nextPage(session: Session, handle: Buffer): Promise<readonly FileEntryWithStats[] | undefined> {
  try {
    return await session.readdir(handle);
  } catch (error) {
    if (statusOf(error) === STATUS.eof) return undefined;
    throw error;
  }
}

/** Servers may omit attributes. */
async function infoOf(session: Session, path: string, info: Stats): Promise<Stats> {
  const isKnown = info.mode !== undefined && info.size !== undefined && info.mtime !== undefined;
  return isKnown ? info : session.lstat(path);
}
