import { BackuperError, type Context, type ErrorCode, lastingFirst, toBackuperError } from '@postgres-backuper/base';
import type { ResultOf } from '@postgres-backuper/hosts';
import type { Repository } from '@postgres-backuper/repository';
import type { Outcome } from '../command.ts';

/** The findings of a command on the backups of one name, or of all (undefined), in one repository. */
export interface Seen<Result, Name = string> {
  readonly name: Name;
  readonly location: string;
  readonly result: Result;
  /** Why the result is bad. */
  readonly error?: BackuperError;
}

export interface EveryPlace<Result, Name = string> {
  readonly seen: readonly Seen<Result, Name>[];
  readonly errors: readonly PlaceError[];
}

interface PlaceError {
  readonly error: BackuperError;
  /** The error's message and its subject. */
  readonly problem: string;
}

interface Looking<Result, Name> {
  readonly repositories: readonly Repository[];
  readonly names: (repository: Repository) => Promise<readonly Name[]>;
  readonly look: (name: Name, repository: Repository) => Promise<Result>;
  /** Errors of `look` that are results, such as a verdict. */
  readonly verdicts: readonly ErrorCode[];
}

/**
 * Looks at each name in each repository; a failure in one place does not stop the others. One that only a person can fix
 * ends all; one of a repository (e.g. a disk is not mounted), that repository. Errors: cancelled; others are in the result.
 */
export async function everyPlace<Result, Name extends string | undefined = string>(
  looking: Looking<Result, Name>,
  { signal }: Context,
): Promise<EveryPlace<Result, Name>> {
  const seen: Seen<Result, Name>[] = [];
  const errors: PlaceError[] = [];
  const isOnly = looking.repositories.length === 1;
  for (const repository of looking.repositories) {
    const { location } = repository.storage;
    const before = errors.length;
    const last = () => errors.slice(before).at(-1);
    const attempt = async <Value>(name: Name | undefined, act: () => Promise<Value>): Promise<Value | undefined> => {
      try {
        return await act();
      } catch (thrown) {
        signal.throwIfAborted();
        const error = toBackuperError(thrown);
        errors.push({ error, problem: problemOf(error, { name, location: isOnly ? undefined : location }) });
        if (name !== undefined && looking.verdicts.includes(error.code))
          seen.push({ name, location, result: error.result as Result, error });
        return undefined;
      }
    };
    for (const name of (await attempt(undefined, () => looking.names(repository))) ?? []) {
      const result = await attempt(name, () => looking.look(name, repository));
      if (result !== undefined) seen.push({ name, location, result });
      if (isLasting(last(), looking)) break;
    }
    if (isLasting(last(), looking) && !isOfRepository(last())) return { seen, errors };
  }
  return { seen, errors };
}

function isLasting(last: PlaceError | undefined, { verdicts }: Pick<Looking<unknown, string>, 'verdicts'>): boolean {
  return last?.error.kind === 'user' && !verdicts.includes(last.error.code);
}

function isOfRepository(last: PlaceError | undefined): boolean {
  return /^(storage|bucket)-/.test(last?.error.code ?? '');
}

/** Names the place unless the message names it or it is the only one. */
function problemOf(
  { message }: BackuperError,
  { name, location }: { name: string | undefined; location: string | undefined },
) {
  const whose = name === undefined || message.includes(`'${name}'`) ? [] : [`'${name}'`];
  const where = location === undefined || message.includes(location) ? [] : [location];
  const place = [...whose, ...where].join(' in ');
  return place === '' ? message : `${place}: ${message}`;
}

/**
 * The end of the command: its result and the deciding error, a permanent one before a temporary one. `messageOf` puts
 * several bad verdicts into one sentence. Errors: the deciding one, when there is no result.
 */
export function endOfAll<C extends 'list' | 'log' | 'prune' | 'rekey' | 'report' | 'status' | 'verify'>(
  { seen, errors }: EveryPlace<unknown, unknown>,
  { result, text }: { readonly result: ResultOf<C>; readonly text: string },
  messageOf?: (errors: readonly BackuperError[]) => string,
): Outcome<C> {
  const all = errors.map(({ error }) => error);
  const [worst] = lastingFirst(all, ({ kind }) => kind);
  if (worst === undefined) return { result, text };
  if (seen.length === 0) throw worst;
  const problems = errors.map(({ problem }) => problem);
  const whole = all.length === 1 ? result : { ...result, problems };
  const areVerdicts = all.length > 1 && seen.filter(({ error }) => error !== undefined).length === all.length;
  const message = (areVerdicts ? messageOf?.(all) : undefined) ?? worst.message;
  const { hint } = worst;
  return { result: whole, text, error: new BackuperError(worst.code, message, { hint, result: whole }) };
}
