import type { Context } from '@postgres-backuper/base';
import { holdsBytes } from '@postgres-backuper/format';
import type { Server } from '@postgres-backuper/postgres';
import type { OpenedBackup } from '../restore/opened-backup.ts';
import { startThrowAwayServer } from './throw-away-server.ts';

/** The databases of a new cluster. */
export const OWN_MAINTENANCE: readonly string[] = ['postgres', 'template1'];

/**
 * Runs `use` with a throw-away server that has the roles of the backup, and ends it in all cases. `env` says where its
 * programs are. Errors: those of startThrowAwayServer and of `use`.
 */
export async function withOwnServer<Result>(
  { commit, catalog: { roles, dump } }: OpenedBackup,
  { env, use }: { readonly env: Server; readonly use: (server: Server) => Promise<Result> },
  context: Context,
): Promise<Result> {
  const major = Number.parseInt(commit.serverVersion, 10);
  const names = roles.map(({ name }) => name);
  // names in several encodings can only be read as bytes
  const encoding = names.some(holdsBytes) ? 'SQL_ASCII' : dump.clusterEncoding;
  const own = await startThrowAwayServer({ env, major, roles: names, encoding }, context);
  try {
    return await use(own.server);
  } finally {
    await own.stop();
  }
}
