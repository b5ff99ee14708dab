import type { Context } from '@postgres-backuper/base';
import type { Commit, Standing } from '@postgres-backuper/format';
import { type Repository, type Survey, type SurveyedBackup, writeRecord } from '@postgres-backuper/repository';
import type { MadeBackup } from './contract.ts';
import { findTwin } from './find-twin.ts';
import { isForRecipients } from './is-for-recipients.ts';
import { pinNew } from './pin-new.ts';
import { rekeyOne } from './rekey-one.ts';
import type { RekeyedSet } from './sets-of.ts';

interface Services {
  readonly found: Survey;
  readonly repository: Repository;
}

/** Stores a set anew for the recipients of the cipher: the full first. What an earlier run stored is used. Errors: those of the storage and the keys. */
export async function rekeySet(set: RekeyedSet, services: Services, context: Context): Promise<readonly MadeBackup[]> {
  const { repository } = services;
  if (set.every(({ commit }) => isForRecipients(commit, repository))) return set.map((one) => describe(one, undefined));
  const [first, ...differentials] = set;
  const full = await makeOne(first, FULL, { ...services, context });
  const standing: Standing = { type: 'differential', parent: full.label, parentObjects: full.objects };
  const made = [describe(first, full)];
  for (const one of differentials) made.push(describe(one, await makeOne(one, standing, { ...services, context })));
  return made;
}

const FULL: Standing = { type: 'full', parent: null };

async function makeOne(
  one: SurveyedBackup,
  standing: Standing,
  { found, repository, context }: Services & { readonly context: Context },
): Promise<Commit> {
  const { commit } = one;
  const twin = await findTwin({ commit, standing }, { found, repository }, context);
  const made = twin ?? (await rekeyOne({ commit, standing }, repository, context));
  if (one.pinned) await pinNew(made, repository, context);
  if (one.accepted)
    await writeRecord({ name: made.name, label: made.label, kind: 'accept-new-server' }, repository, context);
  return made;
}

function describe({ label, commit }: SurveyedBackup, made: Commit | undefined): MadeBackup {
  const { totals, parent } = made ?? commit;
  const { segments, storedBytes } = totals;
  return { label, newLabel: made?.label ?? null, parent, segments, storedBytes };
}
