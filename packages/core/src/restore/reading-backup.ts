import { BackuperError, type Context, isBackuperError } from '@postgres-backuper/base';
import {
  deletedMeanwhile,
  isGone,
  nextUsable,
  type Repository,
  saysDamaged,
  type Target,
  TRIES,
} from '@postgres-backuper/repository';
import { type OpenedBackup, openBackup } from './opened-backup.ts';
import { recordDamage } from './record-damage.ts';

interface Reading<Result> {
  readonly repository: Repository;
  readonly use: (backup: OpenedBackup) => Promise<Result>;
  /** False: what `use` did cannot be taken back. */
  readonly mayRepeat?: () => boolean;
}

/**
 * Opens a backup and calls `use` with it. If the newest one was requested and is deleted meanwhile, the next one is
 * used, unless `mayRepeat` returns false. A damaged backup is recorded as such; its error also names the next usable
 * one. Errors: those of openBackup and of `use`.
 */
export async function readingBackup<Result>(
  request: { readonly name: string; readonly target: Target },
  { repository, use, mayRepeat = () => true }: Reading<Result>,
  context: Context,
): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    let label = '';
    try {
      const onFound = (found: string): void => {
        label = found;
      };
      return await use(await openBackup({ ...request, onFound }, repository, context));
    } catch (error) {
      context.signal.throwIfAborted();
      if (label === '' || !saysDamaged(error)) throw error;
      const id = { name: request.name, label };
      if (!(await isGone(id, repository, context))) {
        await recordDamage(error, id, { repository, context });
        throw await withNext(error, id, { repository, context });
      }
      if ('label' in request.target || tries === TRIES || !mayRepeat()) throw deletedMeanwhile(label);
      context.emit({ type: 'notice', text: `'${label}' was deleted meanwhile: looking for the next one` });
    }
  }
}

async function withNext(
  error: BackuperError,
  id: { readonly name: string; readonly label: string },
  { repository, context }: { readonly repository: Repository; readonly context: Context },
): Promise<BackuperError> {
  const next = await nextUsable(id, repository, context).catch((failed: unknown) => {
    if (isBackuperError(failed)) return undefined;
    throw failed;
  });
  if (next === undefined) return error;
  const hint = `the newest other backup that is not known to be bad is '${next}'`;
  return new BackuperError(error.code, error.message, { hint, cause: error, result: error.result });
}
