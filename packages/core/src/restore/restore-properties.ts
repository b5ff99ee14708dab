import { type DatabaseProperties, holdsBytes } from '@postgres-backuper/format';
import { applyNamed, applyProperties, giveDatabase } from '@postgres-backuper/postgres';
import { inItsEncoding, onProperties, type RestoreRun } from './restore-run.ts';

/** The owner whose name only the database itself can read; createDatabase gives it to every other one. */
export async function restoreOwner(run: RestoreRun): Promise<void> {
  const { request, backup } = run;
  const { owner } = backup.catalog.database;
  if (!request.owner || !holdsBytes(owner)) return;
  await inItsEncoding(run, (session) => giveDatabase(session, request.database, owner));
}

/** Settings, grants, comment and limits of the database. Comes last. Errors: those of applyProperties. */
export async function restoreProperties(run: RestoreRun): Promise<void> {
  const { request, backup, context } = run;
  const { own, others } = splitByNames(backup.catalog.database);
  const asked = {
    name: request.database,
    privileges: request.privileges,
    tablespaces: request.tablespaces,
    onWarning: (text: string) => context.emit({ type: 'warning', text }),
  };
  if (own !== undefined) await inItsEncoding(run, (session) => applyNamed(session, { ...asked, properties: own }));
  await onProperties(run, (session) => applyProperties(session, { ...asked, properties: others }));
}

/** `own`: with names that only the database itself can read, since they are no UTF-8; grants are applied all together. */
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
