import { abortable, type Context, isBackuperError, toBackuperError } from '@postgres-backuper/base';
import { createLogKey, LOG_ITEMS_MAX, type LogKind } from '@postgres-backuper/format';
import { signedDocument } from '../backups/records.ts';
import type { Repository } from '../repository.ts';
import { sweepLog } from './sweep-log.ts';

/** What a run did to the backups of a name. */
interface RunNote {
  readonly name: string;
  readonly kind: LogKind;
  /** The backups that it is about. */
  readonly labels: readonly string[];
  /** For people: what was done and why, a sentence in lower case each. They name no option and no command. */
  readonly texts: readonly string[];
}

/** The longest wait for the storage, milliseconds; after a cancel the host ends the process soon. */
const PATIENCE_MS = 10_000;
const PATIENCE_OF_CANCELLED_MS = 1500;
/** Most characters of one text. */
const TEXT_MAX = 200;

/**
 * Leaves an entry in the log of the name, one for a run: it outlives the backups that it is about. What the run did is
 * done, also after a cancel, so a failure is reported and changes nothing; a role that may only read leaves no entry.
 * Never throws.
 */
export async function noteRun(
  note: RunNote,
  repository: Pick<Repository, 'storage' | 'signer'>,
  context: Context,
): Promise<void> {
  const patienceMs = context.signal.aborted ? PATIENCE_OF_CANCELLED_MS : PATIENCE_MS;
  const signal = AbortSignal.timeout(patienceMs);
  try {
    await abortable(write(note, repository, { ...context, signal }), signal); // a file system may not answer at all
  } catch (error) {
    const why = signal.aborted ? `no answer within ${patienceMs / 1000} s` : toBackuperError(error).message;
    const mayRead = note.kind !== 'deleted' && isBackuperError(error, 'storage-denied');
    const text = `the log of '${note.name}' has no entry of this run: ${why}`;
    context.emit(mayRead ? { type: 'notice', text } : { type: 'warning', text });
  }
}

async function write(
  note: RunNote,
  repository: Pick<Repository, 'storage' | 'signer'>,
  context: Context,
): Promise<void> {
  const { signal } = context;
  const key = await writeEntry(note, repository, context);
  if (note.kind === 'deleted') await sweepLog({ name: note.name, key }, repository.storage, { signal });
}

async function writeEntry(
  { name, kind, labels, texts }: RunNote,
  { storage, signer }: Pick<Repository, 'storage' | 'signer'>,
  { clock, tool, by, signal }: Context,
): Promise<string> {
  const now = clock.now();
  const body = {
    ...{ at: new Date(now).toISOString(), by, kind, name, tool, version: 1 },
    labels: labels.slice(0, LOG_ITEMS_MAX),
    texts: shortened(texts.map((text) => clean(text).slice(0, TEXT_MAX))),
  };
  const key = createLogKey(name, { kind, now });
  await storage.put(key, await signedDocument(body, signer), { signal });
  return key;
}

/** Texts are one line each. */
function clean(text: string): string {
  return text.replace(/[\0-\x1f\x7f]/g, '?').toWellFormed();
}

function shortened(texts: readonly string[]): readonly string[] {
  if (texts.length <= LOG_ITEMS_MAX) return texts;
  return [...texts.slice(0, LOG_ITEMS_MAX - 1), `and ${texts.length - LOG_ITEMS_MAX + 1} more`];
}
