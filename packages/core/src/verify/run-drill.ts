import type { Context } from '@postgres-backuper/base';
import type { Commit, DrillVerdict } from '@postgres-backuper/format';
import type { Server } from '@postgres-backuper/postgres';
import { collecting, type Damage } from '@postgres-backuper/repository';
import type { ComparedTable } from '../drill/compare-tables.ts';
import { drill } from '../drill/drill.ts';
import { OWN_MAINTENANCE, withOwnServer } from '../drill/own-server.ts';
import { isExtension } from '../drill/refused-tables.ts';
import type { NotLoaded, NotRestored } from '../restore/not-restored.ts';
import { openBackup, requireKey } from '../restore/opened-backup.ts';
import type { VerifiedBackup, VerifyRequest, VerifyServices } from './contract.ts';

/** What a drill says about a backup. */
export interface DrillFindings
  extends Pick<VerifiedBackup, 'damage' | 'notTested' | 'notRestored' | 'inconclusive' | 'assertions'> {
  readonly verdict: DrillVerdict;
  readonly tables: readonly ComparedTable[];
}

/** Runs a drill; what it finds wrong is damage. Errors: those of requireKey, drill and startThrowAwayServer. */
export async function runDrill(
  commit: Commit,
  request: VerifyRequest,
  { repository, server }: VerifyServices,
  context: Context,
): Promise<DrillFindings> {
  requireKey(commit, repository); // a missing setting is no damage
  const damage: Damage[] = [];
  const place = request.drill ?? { where: 'throw-away', maintenanceDatabases: OWN_MAINTENANCE, jobs: 2 };
  const drilled = await collecting(damage, undefined, async () => {
    const backup = await openBackup({ name: request.name, target: { label: commit.label } }, repository, context);
    const env = server ?? { env: {}, binDirs: [] };
    if (place.where === 'given') return drill(backup, place, { server: env, context });
    const use = (own: Server) => drill(backup, place, { server: own, context });
    return withOwnServer(backup, { env, use }, context);
  });
  for (const { schema, table, proof } of drilled?.tables ?? []) {
    if (proof !== 'failed') continue;
    const name = `${schema}.${table}`;
    damage.push({ table: name, text: `table '${name}' has other rows after a restore than in the backup` });
  }
  const { tables = [], notTested = [], objects: notRestored = [], notLoaded = [], assertions = [] } = drilled ?? {};
  const inconclusive = damage.length === 0 && notLoaded.length > 0 && notRestored.some(isExtension);
  damage.push(...notLoaded.map(asDamage(notRestored)));
  return {
    damage,
    tables,
    notTested,
    notRestored,
    inconclusive,
    assertions,
    verdict: verdictOf({ damage, tables, notTested, notRestored }),
  };
}

/** The reason alone often does not name the extension that a table needs. */
function asDamage(objects: readonly NotRestored[]): (table: NotLoaded) => Damage {
  const extensions = objects.filter(isExtension).map(({ object }) => `'${object.slice('EXTENSION '.length)}'`);
  const lacks = extensions.length === 0 ? '' : `; the server lacks the extension ${extensions.join(', ')}`;
  return ({ schema, table, reason }) => {
    const name = `${schema}.${table}`;
    return { table: name, text: `table '${name}' could not be loaded: ${reason}${lacks}` };
  };
}

function verdictOf({
  damage,
  tables,
  notTested,
  notRestored,
}: Omit<DrillFindings, 'inconclusive' | 'assertions' | 'verdict'>): DrillVerdict {
  if (damage.length > 0) return 'failed';
  if (notTested.length + notRestored.length > 0) return 'degraded';
  return tables.every(({ proof }) => proof === 'exact') ? 'exact' : 'same-rows';
}
