import { type DatabaseProperties, holdsBytes } from '@postgres-backuper/format';
import {
  applyNamed,
  applyProperties,
  giveDatabase,
  type PropertyLack,
  resetProperties,
  type Session,
  sql,
} from '@postgres-backuper/postgres';
import type { NotRestored } from './not-restored.ts';
import { inItsEncoding, onProperties, type RestoreRun } from './restore-run.ts';

/** Sets an owner whose name only the database itself can read; createDatabase sets every other one. */
export async function restoreOwner(run: RestoreRun): Promise<void> {
  const { request, backup } = run;
  const { owner } = backup.catalog.database;
  if (!request.owner || !holdsBytes(owner)) return;
  await inItsEncoding(run, (session) => giveDatabase(session, request.database, owner));
}

/** Takes back what an earlier run set, since it changes or limits the sessions of this one. Errors: those of a connection. */
export async function takeBackProperties(run: RestoreRun): Promise<void> {
  const { request, backup } = run;
  const { own, others } = splitByNames(backup.catalog.database);
  const reset = (properties: DatabaseProperties) => (session: Session) =>
    resetProperties(session, { name: request.database, properties });
  if (own !== undefined) await inItsEncoding(run, reset(own));
  await onProperties(run, reset(others));
}

/** Settings, grants, comment and limits of the database. The last step. Returns those that the server refused. */
export async function restoreProperties(run: RestoreRun): Promise<readonly NotRestored[]> {
  const { request, backup } = run;
  const { own, others } = splitByNames(backup.catalog.database);
  const lacks: PropertyLack[] = [];
  const asked = {
    name: request.database,
    privileges: request.privileges,
    tablespaces: request.tablespaces,
    onLack: (lack: PropertyLack) => void lacks.push(lack),
  };
  if (own !== undefined) await inItsEncoding(run, (session) => applyNamed(session, { ...asked, properties: own }));
  await onProperties(run, (session) => {
    const apply = () => applyProperties(session, { ...asked, properties: others });
    return request.strict ? allOrNone(session, lacks, apply) : apply();
  });
  return lacks.map(({ property, ...lack }) => ({
    object: `DATABASE ${request.database}: ${property}`,
    lack: 'setting',
    ...lack,
  }));
}

/** In one transaction, which a lack rolls back: a database that existed then has what it had. */
async function allOrNone(session: Session, lacks: readonly PropertyLack[], apply: () => Promise<void>): Promise<void> {
  await session.execute(sql`BEGIN`);
  try {
    await apply();
  } catch (error) {
    if (lacks.length === 0) throw error; // after a lack all else fails
  }
  await session.execute(lacks.length === 0 ? sql`COMMIT` : sql`ROLLBACK`);
}

/** `own`: with names that are not UTF-8, which only the database itself can read; grants are never split. */
function splitByNames(properties: DatabaseProperties) {
  const { acl, settings } = properties;
  const isOwn = ({ role }: DatabaseProperties['settings'][number]): boolean => role !== null && holdsBytes(role);
  const hasOwnGrants = acl?.some(holdsBytes) === true || holdsBytes(properties.owner);
  if (!hasOwnGrants && !settings.some(isOwn)) return { own: undefined, others: properties };
  return {
    own: { ...properties, acl: hasOwnGrants ? acl : null, settings: settings.filter(isOwn) },
    others: {
      ...properties,
      acl: hasOwnGrants ? null : acl,
      settings: settings.filter((setting) => !isOwn(setting)),
    },
  };
}
