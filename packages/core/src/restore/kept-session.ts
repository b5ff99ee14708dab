import type { Context } from '@postgres-backuper/base';
import type { Client } from '@postgres-backuper/postgres';
import { type CopySession, type DumpTexts, openCopySession } from './copy-session.ts';

/** One session that is opened when it is first needed, and again after a refused table ended it. */
export interface KeptSession {
  get(): Promise<CopySession>;
  /** Ends it: the next `get` opens another one. */
  close(): Promise<void>;
}

/** `client`: on the new database. Errors of `get`: those of openCopySession. */
export function keepSession(client: Client, dump: DumpTexts, context: Context): KeptSession {
  let session: CopySession | undefined;
  return {
    async get() {
      session ??= await openCopySession(client, dump, context);
      return session;
    },
    async close() {
      const last = session;
      session = undefined;
      await last?.close();
    },
  };
}
