import { type Context, numberOf } from '@postgres-backuper/base';
import { type Client, onDatabase, type Server } from '@postgres-backuper/postgres';
import type { PassedOver, Repository, Target } from '@postgres-backuper/repository';
import { withoutLimits } from './drill/drill.ts';
import { OWN_MAINTENANCE, withOwnServer } from './drill/own-server.ts';
import type { LeaveOut } from './restore/entry-rules.ts';
import { leftOutTexts } from './restore/left-out.ts';
import { objectName } from './restore/not-restored.ts';
import type { OpenedBackup } from './restore/opened-backup.ts';
import { readingBackup } from './restore/reading-backup.ts';
import { type RestoredDatabase, restoreDatabase } from './restore/restore-database.ts';
import { notLoaded } from './restore/retry-tables.ts';
import type { ObjectSelection } from './restore/select-objects.ts';

export interface PreviewRequest extends LeaveOut {
  readonly name: string;
  readonly target: Target;
  readonly jobs: number;
  readonly owner: boolean;
  readonly privileges: boolean;
  readonly policies: boolean;
  /** Only these objects. Default: everything. */
  readonly selection?: ObjectSelection | undefined;
}

/** A restored backup on a server that is gone afterwards. */
export interface PreviewedDatabase {
  /** A superuser of the database. */
  readonly client: Client;
  /** As PostgreSQL names it. */
  readonly encoding: string;
}

export interface PreviewServices {
  readonly repository: Repository;
  /** Where the programs of the throw-away server are. */
  readonly server: Server;
  /** Looks into the database. */
  readonly look: (database: PreviewedDatabase) => Promise<void>;
}

export interface PreviewResult {
  readonly label: string;
  /** Newer backups that do not count, newest first; empty where a label was given. */
  readonly passedOver: readonly PassedOver[];
}

/**
 * Restores a backup on a throw-away server, as a drill does: no subscription starts, no foreign server is connected to.
 * Then calls `look`, and ends and removes the server in all cases. What the server refuses is a warning. Errors: those of
 * openBackup, startThrowAwayServer, restoreDatabase and `look`; that of damaged rows.
 */
export async function preview(
  request: PreviewRequest,
  { repository, server: env, look }: PreviewServices,
  context: Context,
): Promise<PreviewResult> {
  let looked = false;
  const use = async (backup: OpenedBackup): Promise<PreviewResult> => {
    await withOwnServer(
      backup,
      {
        env,
        use: async (server) => {
          const database = await restoreOn(server, { backup, request }, context);
          looked = true;
          await look(database);
        },
      },
      context,
    );
    return { label: backup.catalog.label, passedOver: backup.passedOver };
  };
  return readingBackup(request, { repository, use, mayRepeat: () => !looked }, context);
}

async function restoreOn(
  server: Server,
  { backup, request }: { readonly backup: OpenedBackup; readonly request: PreviewRequest },
  context: Context,
): Promise<PreviewedDatabase> {
  const { name: original } = backup.catalog.database;
  const database = TAKEN.includes(original) ? `${original}_preview` : original;
  const restored = await restoreDatabase(
    withoutLimits(backup),
    {
      ...{ ...request, database, maintenanceDatabases: OWN_MAINTENANCE, tablespaces: false, replication: false },
      ...{ strict: false, analyze: false, mode: 'scratch', tolerates: ['extension'] },
    },
    { server, context },
  );
  const damaged = restored.refusedTables.find(({ error }) => error.kind === 'damage');
  if (damaged !== undefined) throw damaged.error;
  for (const text of lacks(restored)) context.emit({ type: 'warning', text });
  const { client } = restored.target;
  const text = `${numberOf(restored.loaded.length, 'table')} restored on a server that is gone afterwards`;
  context.emit({ type: 'notice', text });
  return {
    client: { ...client, server: onDatabase(client.server, database) },
    encoding: backup.catalog.database.encoding,
  };
}

/** Databases of every new cluster. */
const TAKEN: readonly string[] = [...OWN_MAINTENANCE, 'template0'];

/** What the database lacks: sentences. */
function lacks({ objects, refusedTables, cut, leftOut, notTested }: RestoredDatabase): readonly string[] {
  return [
    ...refusedTables.map(notLoaded).map(({ schema, table, reason }) => `'${schema}.${table}' has no rows: ${reason}`),
    ...objects.map(({ object, reason }) => `'${object}' is not as in the original: ${reason}`),
    ...cut.map((entry) => `'${objectName(entry)}' is left out: it refers to what is not restored`),
    ...leftOutTexts(leftOut),
    ...notTested.map((what) => `the server lacks what they need, so left out: ${what}`),
  ];
}
