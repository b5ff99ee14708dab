import type { Context } from '../context.ts';
import { type Drilled, drill } from '../drill/drill.ts';
import { startThrowAwayServer } from '../drill/throw-away-server.ts';
import type { Commit } from '../format/commit.ts';
import { openBackup } from '../load/opened-backup.ts';
import type { VerifyRequest, VerifyServices } from './contract.ts';
import { collecting, type Damage } from './damage.ts';

/** A drill in its place; what it finds wrong is damage. Errors: those of drill and startThrowAwayServer. */
export async function runDrill(
  commit: Commit,
  request: VerifyRequest,
  { repository, server }: VerifyServices,
  context: Context,
): Promise<Drilled & { readonly damage: readonly Damage[] }> {
  const damage: Damage[] = [];
  const place = request.drill ?? { where: 'throw-away', maintenanceDatabases: ['postgres', 'template1'], jobs: 2 };
  const drilled = await collecting(damage, undefined, async () => {
    const backup = await openBackup({ name: request.name, target: { label: commit.label } }, repository, context);
    const env = server ?? { env: {}, binDirs: [] };
    if (place.where === 'given') return drill(backup, place, { server: env, context });
    const major = Number.parseInt(commit.serverVersion, 10);
    const { roles, dump } = backup.catalog;
    const cluster = { roles: roles.map(({ name }) => name), encoding: dump.clusterEncoding };
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
  return { damage, tables: drilled?.tables ?? [], notTested: drilled?.notTested ?? [] };
}
