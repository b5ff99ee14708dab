import type { CallOptions, Storage } from '@postgres-backuper/repository';
import { createBaseDirectory } from './base-directory.ts';
import { refuseLinks, requireKey } from './key-path.ts';
import { missing, readObject } from './read-file.ts';
import { serverRemarks } from './remarks.ts';
import { removeObjects } from './remove-objects.ts';
import { createServer } from './server.ts';
import type { SftpSettings } from './sftp-settings.ts';
import { filledFolders, type Walk, walk } from './walk.ts';
import { writeObject } from './write-file.ts';

type ListOptions = CallOptions & { readonly after?: string | undefined };

/** A repository in a folder of an SFTP server: folders 0700, files 0600. Contacts nothing before the first call. */
export function createSftpStorage(settings: SftpSettings): Storage {
  const server = createServer(settings);
  const directory = createBaseDirectory(settings.address.path, settings.clock ?? { now: () => Date.now() });
  const walkOf = async (prefix: string, { after = '', signal }: ListOptions = {}): Promise<Walk | undefined> => {
    if (prefix.includes('/')) requireKey(`${prefix.slice(0, prefix.lastIndexOf('/'))}/any`);
    const use: Walk['use'] = (work) => server.use({ what: `list '${prefix}'`, signal }, work);
    const base = await use(async (session) => {
      const found = await directory.forReading(session);
      if (found !== undefined) await refuseLinks(session, found, prefix);
      return found;
    });
    return base === undefined ? undefined : { base, prefix, after, signal, use };
  };
  return {
    location: settings.address.url,
    listsMd5: false,
    async put(key, body, { signal } = {}) {
      requireKey(key);
      await server.use({ what: `store '${key}'`, signal }, async (session) => {
        const base = await directory.forWriting(session);
        await writeObject(session, { base, key, body, signal });
      });
    },
    async get(key, { maxBytes, signal }) {
      requireKey(key);
      return server.use({ what: `read '${key}'`, signal }, async (session) => {
        const base = await directory.forReading(session);
        if (base === undefined) throw missing(key);
        return readObject(session, { base, key, maxBytes, signal });
      });
    },
    async *list(prefix, options) {
      const found = await walkOf(prefix, options);
      if (found !== undefined) yield* walk(found);
    },
    async *folders(prefix, options) {
      const found = await walkOf(prefix, options);
      if (found !== undefined) yield* filledFolders(found);
    },
    async remove(keys, { signal } = {}) {
      await server.use({ what: 'remove objects', signal }, async (session) => {
        if ((await directory.forReading(session)) === undefined) return;
        const base = await directory.forWriting(session); // also removes unfinished files of killed runs
        await removeObjects(session, { base, keys, signal });
      });
    },
    remarks: (options) =>
      server.use({ what: 'ask for its settings', signal: options?.signal }, async (session) => {
        const base = await directory.forReading(session);
        return base === undefined ? [] : serverRemarks(session, base);
      }),
    usage: () =>
      server.use({ what: 'ask for the free space' }, async (session) =>
        session.offers('statvfs') ? session.fileSystem(await directory.nearest(session)) : undefined,
      ),
  };
}
