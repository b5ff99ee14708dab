import type { Context } from '@postgres-backuper/base';
import { type Commit, holdsBytes } from '@postgres-backuper/format';
import { collecting, type Damage } from '@postgres-backuper/repository';
import { type Drilled, drill } from '../drill/drill.ts';
import { startThrowAwayServer } from '../drill/throw-away-server.ts';
import { openBackup, requireKey } from '../restore/opened-backup.ts';
import type { VerifyRequest, VerifyServices } from './contract.ts';

/** Runs a drill; what it finds wrong is damage. Errors: those of requireKey, drill and startThrowAwayServer. */
export async function runDrill(
  commit: Commit,
  request: VerifyRequest,
  { repository, server }: VerifyServices,
  context: Context,
): Promise<Drilled & { readonly damage: readonly Damage[] }> {
  requireKey(commit, repository); // a missing setting is no damage
  const damage: Damage[] = [];
  const place = request.drill ?? { where: 'throw-away', maintenanceDatabases: ['postgres', 'template1'], jobs: 2 };
  const drilled = await collecting(damage, undefined, async () => {
    const backup = await openBackup({ name: request.name, target: { label: commit.label } }, repository, context);
    const env = server ?? { env: {}, binDirs: [] };
    if (place.where === 'given') return drill(backup, place, { server: env, context });
    const major = Number.parseInt(commit.serverVersion, 10);
    const { roles, dump } = backup.catalog;
    const names = roles.map(({ name }) => name);
    // names in several encodings can only be read as bytes
    const encoding = names.some(holdsBytes) ? 'SQL_ASCII' : dump.clusterEncoding;
    const cluster = { roles: names, encoding };
    const own = await startThrowAwayServer({ env, major, ...cluster }, context);
    try {
      return await drill(backup, place, { server: own.server, context });
    } finally {
      await own.stop();
    }
  });
  for (const { schema, table, proof } of drilled?.tables ?? []) {
    if (proof !== 'failed') continue;
    const name = `${schema}.${table}`;
    damage.push({ table: name, text: `table '${name}' has other rows after a restore than in the backup` });
  }
  for (const { schema, table, reason } of drilled?.notLoaded ?? []) {
    const name = `${schema}.${table}`;
    damage.push({ table: name, text: `table '${name}' could not be loaded: ${reason}` });
  }
  const { tables = [], notTested = [], objects = [], notLoaded = [] } = drilled ?? {};
  return { damage, tables, notTested, objects, notLoaded };
}
