import { BackuperError, say } from '@postgres-backuper/base';
import type { Repository, Survey, SurveyedBackup } from '@postgres-backuper/repository';

/** A full, then its differentials, oldest first. */
export type RekeyedSet = readonly [SurveyedBackup, ...SurveyedBackup[]];

/** The sets of a name, or the one that `label` is of. A differential without its full is in none. */
export function setsOf({ backups }: Survey, label: string | undefined): readonly RekeyedSet[] {
  const asked = backups.find((one) => one.label === label);
  const fulls = backups.filter(({ parent }) => parent === null);
  const wanted = asked === undefined ? fulls : fulls.filter((one) => one.label === (asked.parent ?? asked.label));
  if (asked !== undefined && wanted.length === 0) throw withoutFull(asked);
  return wanted.map((full) => [full, ...backups.filter(({ parent }) => parent === full.label)] as const);
}

/** Errors: configuration-invalid, verification-failed, key-missing. */
export function requireRekeyable(
  set: RekeyedSet,
  { found, repository }: { readonly found: Survey; readonly repository: Repository },
): void {
  const plain = set.find(({ commit }) => commit.encryption.profile === 'none');
  if (plain !== undefined)
    throw new BackuperError('configuration-invalid', `'${plain.label}' is not encrypted: it has no session keys`, {
      hint: `give the label of another one; ${say.command('list')} shows which are encrypted`,
    });
  const bad = set.find((one) => one.bad);
  if (bad !== undefined)
    throw new BackuperError('verification-failed', `'${bad.label}' is known to be damaged, and is not rekeyed`, {
      hint: `see ${say.command('verify')}: a verification that finds all of it good takes that back`,
    });
  const signed = set.find((one) => found.signatures.has(one.label));
  if (signed !== undefined && repository.signer === undefined)
    throw new BackuperError(
      'key-missing',
      `'${signed.label}' is signed, and there is no key to sign what is made of it`,
      {
        hint: `set ${say.option('signingKey')}: who trusts the signer alone could not use the backup otherwise`,
      },
    );
}

function withoutFull({ label, parent }: SurveyedBackup): BackuperError {
  return new BackuperError('full-missing', `'${label}' cannot be rekeyed: its full '${parent}' is missing`, {
    hint: `${say.command('verify')} shows which backups are good`,
  });
}
