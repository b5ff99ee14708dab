import { randomBytes } from 'node:crypto';
import { type FileHandle, link, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BackuperError } from '@postgres-backuper/base';
import { makePrivateFolders, removeEmptyFolders, syncFolder } from './folders.ts';
import { UNFINISHED } from './key-path.ts';
import { ignoreModeless } from './modeless.ts';
import { readWholeFile } from './read-file.ts';
import { NEW_FILE, renameOnce } from './rename-once.ts';
import { writeDirectly } from './write-directly.ts';

/** Errors of file systems without hard links. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'ENOSYS', 'EMLINK'];

/**
 * Creates `path` (below `base`) with mode 0600, whole and durable, or not at all. Errors: object-exists for a file
 * with other bytes, those of the system.
 */
export async function writeNewFile(base: string, path: string, body: Uint8Array): Promise<void> {
  const unfinished = join(base, UNFINISHED, randomBytes(10).toString('hex'));
  try {
    await writeDurably(unfinished, body);
    await publish({ base, unfinished, path, body });
  } catch (error) {
    await removeEmptyFolders(base, dirname(path));
    throw error;
  } finally {
    await rm(unfinished, { force: true });
  }
}

async function writeDurably(path: string, body: Uint8Array): Promise<void> {
  const handle = await open(path, NEW_FILE, 0o600);
  try {
    await handle.chmod(0o600).catch(ignoreModeless);
    await writeAll(handle, body, await writeDirectly(path, body));
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes `body` from `from` on. One write may write less than requested. */
async function writeAll(handle: FileHandle, body: Uint8Array, from: number): Promise<void> {
  for (let done = from; done < body.length; ) {
    const { bytesWritten } = await handle.write(body, done, body.length - done, done);
    done += bytesWritten;
  }
}

interface Publication {
  readonly base: string;
  readonly unfinished: string;
  readonly path: string;
  readonly body: Uint8Array;
}

async function publish({ base, unfinished, path, body }: Publication): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await makePrivateFolders(base, dirname(path));
      await linkOrRename({ base, unfinished, path, body });
      break;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST') {
        await compare(path, body);
        break;
      }
      // A concurrent remove removed the empty folder.
      if (code !== 'ENOENT' || tries === 5) throw error;
    }
  }
  await syncFolder(dirname(path));
}

async function linkOrRename({ base, unfinished, path }: Publication): Promise<void> {
  try {
    await link(unfinished, path);
  } catch (error) {
    if (!NO_LINKS.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    await renameOnce({ base, unfinished, path });
  }
}

async function compare(path: string, body: Uint8Array): Promise<void> {
  const stored = await readWholeFile(path, body.length).catch((error: unknown) => {
    if (error instanceof BackuperError && error.code === 'object-too-large') return undefined;
    throw error;
  });
  if (stored?.equals(body)) return;
  throw new BackuperError('object-exists', `'${path}' exists with other content`, {
    hint: 'nothing stored is ever overwritten: run the command again, it takes another label',
  });
}
