import { BackuperError, type Context, say } from '@postgres-backuper/base';
import type { Catalog, Commit, ObjectList } from '@postgres-backuper/format';
import {
  type FullSegments,
  findBackup,
  type PassedOver,
  type Repository,
  readSet,
  type Target,
} from '@postgres-backuper/repository';

/** A backup whose commit, list of objects and catalog were read and checked. */
export interface OpenedBackup {
  readonly commit: Commit;
  readonly catalog: Catalog;
  /** Number n is segment n. */
  readonly segments: ObjectList;
  /** The full on which a differential stands, and its segments. */
  readonly full: FullSegments | undefined;
  readonly repository: Repository;
  /** Newer backups that do not count, where the newest was asked for. */
  readonly passedOver: readonly PassedOver[];
}

/**
 * Finds a backup and reads its documents and those of its full. Errors: those of findBackup and readSet; key-missing, before a document
 * is read, when it is encrypted and no key or passphrase was given.
 */
export async function openBackup(
  request: { readonly name: string; readonly target: Target; readonly onFound?: (label: string) => void },
  repository: Repository,
  { clock, emit, signal }: Pick<Context, 'clock' | 'emit' | 'signal'>,
): Promise<OpenedBackup> {
  emit({ type: 'phase', phase: 'catalog', text: `reading the catalog from '${repository.storage.location}'` });
  const { commit, passedOver } = await findBackup(
    { name: request.name, target: request.target, signal },
    repository,
    clock,
  );
  request.onFound?.(commit.label);
  for (const { label, why } of passedOver) {
    emit({ type: 'warning', text: `'${label}' is newer and passed over: ${why}`, hint: PASSED_OVER });
  }
  requireKey(commit, repository);
  const { catalog, segments, full } = await readSet(commit, repository, { signal });
  return { commit, catalog, segments, full, repository, passedOver };
}

const PASSED_OVER = 'make a new backup now, and find out what happened to this one';

/**
 * An unencrypted backup counts only where the user allowed it or its signer is known: otherwise anyone who can write to
 * the storage could plant one. Errors: key-missing, signature-missing, those of a private key that cannot be used.
 */
export function requireKey(
  commit: Commit,
  { cipher, encryption, trusted }: Pick<Repository, 'cipher' | 'encryption' | 'trusted'>,
): void {
  if (commit.encryption.profile === 'none') {
    if (encryption === 'none' || trusted !== undefined) return;
    throw new BackuperError(
      'signature-missing',
      `backup '${commit.label}' is neither encrypted nor of a known signer`,
      {
        hint: `give ${say.option('encryption', 'none')} if it was made without encryption, or set ${say.option('signerKey')}`,
      },
    );
  }
  if (cipher.canDecrypt) return;
  if (cipher.cannotDecrypt !== undefined && !commit.encryption.passphrase) throw cipher.cannotDecrypt;
  const whose = commit.encryption.recipients.map((fingerprint) => `'${fingerprint}'`).join(' or ');
  const needed = commit.encryption.passphrase ? 'its passphrase' : `the private key ${whose}`;
  throw new BackuperError('key-missing', `backup '${commit.label}' is encrypted: ${needed} is needed`, {
    hint: commit.encryption.passphrase
      ? `set ${say.option('passphrase')}`
      : `set ${say.option('privateKey')}, and ${say.option('privateKeyPassphrase')} where it has one`,
  });
}
