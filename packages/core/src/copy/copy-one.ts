import { BackuperError, type Context, isBackuperError, numberOf, say } from '@postgres-backuper/base';
import { type Commit, commitKey, signatureKey } from '@postgres-backuper/format';
import { type CommitObjects, type Repository, readCommitObjects } from '@postgres-backuper/repository';
import { readBackOne } from '../backup/confirm.ts';
import { confirmCommitted } from '../backup/confirm-committed.ts';
import { look, putConfirmed } from '../backup/put-confirmed.ts';
import { verifyStored } from '../verify/verify-stored.ts';
import type { CopiedBackup, CopyServices } from './contract.ts';
import { copyRecords } from './copy-records.ts';
import { otherBackup } from './other-backup.ts';
import { type SentObjects, sendObjects } from './send-objects.ts';

/** Copies one backup: its objects, its records, its signature, and its commit last. Errors: as `copy`. */
export async function copyOne(
  { name, label }: Pick<Commit, 'name' | 'label'>,
  { from, to }: CopyServices,
  context: Context,
): Promise<CopiedBackup> {
  const { signal, emit } = context;
  const head = await readCommitObjects({ name, label }, from, { fresh: true, signal });
  if (await isCommitted(head, to, context)) {
    const there = await alreadyThere(head, to, context);
    await copyRecords({ name, label }, { from, to }, context); // pins and verdicts since then
    return there;
  }
  emit({ type: 'phase', phase: 'data', text: `copying '${label}' to ${to.storage.location}` });
  const sent = await sendObjects(head.commit, { from, to }, context);
  await copyRecords({ name, label }, { from, to }, context);
  emit({ type: 'phase', phase: 'confirm', text: `looking for all ${numberOf(sent.objects.length, 'object')}` });
  await commitCopy(head, { to, sent }, context).catch((error: unknown) => {
    throw tellingAgain(error);
  });
  return describe(head.commit, sent);
}

/** Whether the target has this commit, byte for byte. Errors: backup-exists for another one. */
async function isCommitted({ commit, bytes }: CommitObjects, { storage }: Repository, context: Context) {
  const found = await look(storage, { key: commitKey(commit), bytes }, context);
  if (found === 'same') return true;
  if (found === 'absent' || found === 'listed') return false; // a role that may not read: storing it again tells
  if (found === 'other') throw otherBackup(commit, storage.location);
  // the storage gave no answer: ask again, for its error
  await storage.get(commitKey(commit), { maxBytes: bytes.length, fresh: true, signal: context.signal });
  return true;
}

/** What an earlier run copied is compared again. */
async function alreadyThere({ commit }: CommitObjects, to: Repository, { signal }: Context): Promise<CopiedBackup> {
  const { damage, objects } = await verifyStored(commit, to, { signal });
  const [first] = damage;
  if (first === undefined)
    return {
      ...{ label: commit.label, parent: commit.parent, objects },
      ...{ sentObjects: 0, sentBytes: 0, wasThere: true },
    };
  const text = `'${commit.label}' is in '${to.storage.location}' already, and is damaged there: ${first.text}`;
  throw new BackuperError('object-altered', text, {
    hint: `find out what happened there; ${say.command('verify')} shows all damage, and a copy to another place is whole`,
  });
}

async function commitCopy(
  { commit, bytes, signature }: CommitObjects,
  { to, sent: { prefix, objects } }: { readonly to: Repository; readonly sent: SentObjects },
  context: Context,
): Promise<void> {
  const { storage } = to;
  const [damage] = (await verifyStored(commit, to, context)).damage;
  if (damage !== undefined) throw new BackuperError('object-altered', `in '${storage.location}' ${damage.text}`);
  const signed = signature && (await putConfirmed(storage, { key: signatureKey(commit), bytes: signature }, context));
  const warnings = [
    await readBackOne(storage, { prefix, objects }, context),
    signed,
    await putConfirmed(storage, { key: commitKey(commit), bytes }, context),
    await confirmCommitted(to, { commit, objects }, context),
  ];
  for (const text of warnings) if (text !== undefined) context.emit({ type: 'warning', text });
}

/** The steps are those of a backup, and their hints say to run one. */
function tellingAgain(error: unknown): unknown {
  const isOfTarget = isBackuperError(error, 'object-missing', 'object-altered', 'objects-removed', 'commit-unknown');
  if (!isOfTarget) return error;
  const hint = 'copy again: what is there is not sent again';
  return new BackuperError(error.code, error.message, { hint, cause: error });
}

function describe({ label, parent }: Commit, sent: SentObjects): CopiedBackup {
  const { sentObjects, sentBytes } = sent;
  return { label, parent, objects: sent.objects.length, sentObjects, sentBytes, wasThere: false };
}
