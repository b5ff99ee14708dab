import type { RestorePartRequest, RestoreParts } from '@postgres-backuper/core';
import { type OptionName, type Resolved, type SettingsOf, say, settingsError } from '@postgres-backuper/options';
import type { Target } from '@postgres-backuper/repository';
import { asksFor } from './asked.ts';
import { parsePart, partProblems } from './parts-request.ts';

type Settings = SettingsOf<'restore'>;

/** Options of a restore that is no whole database. */
const OTHERS: readonly OptionName[] = ['preview', 'plan', 'dataOnly', 'intoSchema', 'schemaOnly', 'section'];

/** What cannot go together. `isFile`: a file of the original scripts is restored. Errors: configuration-invalid. */
export function checkRestoreParts(resolved: Resolved<'restore'>, isFile: boolean): void {
  const { settings, sources } = resolved;
  const { parts, part } = settings;
  if (parts === undefined && part === undefined) return;
  const given = parts === undefined ? say.given('part') : say.given('parts');
  const others = OTHERS.filter((name) => asksFor(resolved, name) && (name !== 'plan' || part !== undefined));
  const problems = [
    ...(parts !== undefined && part !== undefined
      ? [`${say.given('parts')} and ${say.given('part')} are for different jobs`]
      : []),
    ...(part === undefined ? [] : partProblems(part)),
    ...others.map((name) => `${sources.get(name)}: not possible with ${given}`),
    ...(isFile ? [`${given} is for backups of this program, not for a file`] : []),
  ];
  if (problems.length > 0) throw settingsError(problems, 'correct them and start again');
}

/** Of the job that makes the database; undefined: the restore is not in parts. */
export function restoreParts({
  parts: count,
  noHolderWorks,
  partTimeout: timeoutMs,
}: Settings): RestoreParts | undefined {
  return count === undefined ? undefined : { count, holderWorks: !noHolderWorks, timeoutMs };
}

/** Of a job that loads a part. Errors: configuration-invalid without a label. */
export function restorePartRequest(
  settings: Settings,
  { name, target }: { readonly name: string; readonly target: Target },
): RestorePartRequest {
  if (!('label' in target))
    throw settingsError(
      [`${say.given('part')} needs the label of the backup: a newer one may come meanwhile`],
      'name it as all other jobs of the restore do',
    );
  const asked = parsePart(settings.part ?? '');
  const { into, intoEmpty, replace, maintenanceDb: maintenanceDatabases, jobs, partTimeout: timeoutMs } = settings;
  const where = { into, intoEmpty, replace, maintenanceDatabases };
  return { name, label: target.label, part: asked?.part, count: asked?.count ?? 0, jobs, timeoutMs, ...where };
}
