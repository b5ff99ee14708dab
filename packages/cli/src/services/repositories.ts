import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Context } from '@postgres-backuper/base';
import {
  type CommandsThatNeed,
  type Environment,
  LOCATION_EXAMPLES,
  needs,
  type Resolved,
  type SettingsOf,
  say,
  settingsError,
} from '@postgres-backuper/options';
import {
  type Cipher,
  caching,
  createRateLimit,
  gathered,
  limited,
  type RateLimits,
  type Remark,
  type Repository,
  retrying,
  type Storage,
  watched,
} from '@postgres-backuper/repository';
import { createCommitCacheFile } from '@postgres-backuper/storage-local';
import { DIRECTORY } from '../storages/directory.ts';
import { schemeOf, storageKind } from '../storages/storages.ts';
import { encryptionOf, type Keys, readKeys } from './ciphers.ts';

type RepositoryCommand = CommandsThatNeed<'repository'>;
export type RepositorySettings = SettingsOf<RepositoryCommand>;

interface Services {
  readonly context: Context;
  readonly environment: Environment;
  /** Replaces unreadable keys, where their error is only one finding among others. */
  readonly unusable?: (error: unknown) => Cipher;
  /** Shared by all repositories of a command; undefined: as the settings of each say. */
  readonly limits?: RateLimits | undefined;
}

/**
 * All repositories in the settings, ready for use; contacts nothing. Errors: configuration-invalid, those of
 * reading keys.
 */
export async function openRepositories(
  resolved: Resolved<RepositoryCommand>,
  services: Services,
): Promise<readonly Repository[]> {
  const places = checkedPlaces(resolved, services.environment);
  if (resolved.command === 'backup' || resolved.command === 'import') warnOfLoss(places, services);
  const { unusable } = services;
  const read = async (settings: RepositorySettings): Promise<Keys> => {
    const keys = readKeys(settings, services.context.clock.now());
    if (unusable === undefined) return keys;
    return keys.catch((error: unknown) => ({ cipher: unusable(error), encryption: encryptionOf(settings) }));
  };
  const keys = await read(resolved.settings);
  const limits = rateLimits(resolved.settings, services.context);
  return Promise.all(
    places.map(async ({ location, settings }) => ({
      storage: await openStorage(
        { location, settings },
        { limits, ...services, isQuiet: resolved.command === 'check' },
      ), // its remark there
      ...(settings === resolved.settings ? keys : await read(settings)),
    })),
  );
}

function warnOfLoss(places: readonly Place[], { context, environment }: Services): void {
  for (const { location } of places) {
    const remark = lossRemark(location, environment);
    if (remark !== undefined) context.emit({ type: 'warning', ...remark });
  }
}

function lossRemark(location: string, environment: Environment): Remark | undefined {
  const text = storageKind(location)?.loss?.(location, environment);
  const hint = `give ${say.option('repository')} an S3 bucket, an SFTP server or a directory outside of the job; as an artifact of the job it must be kept by the job itself`;
  return text === undefined ? undefined : { text, hint };
}

/** Adds a remark, which `check` counts as a warning. */
function remarking(storage: Storage, remark: Remark | undefined): Storage {
  if (remark === undefined) return storage;
  return { ...storage, remarks: async (options) => [remark, ...((await storage.remarks?.(options)) ?? [])] };
}

/** Where each repository is. Errors: configuration-invalid. */
export function checkedPlaces(resolved: Resolved<RepositoryCommand>, environment: Environment): readonly Place[] {
  const places = repositoryPlaces(resolved);
  const host = needs(resolved.command, 'lasting') ? environment : {};
  const problems = places.flatMap((place) => placeProblem(place, host));
  if (problems.length > 0) throw settingsError(problems, `give ${LOCATION_EXAMPLES}`);
  return places;
}

export interface Place {
  readonly location: string;
  readonly source: string;
  readonly settings: RepositorySettings;
}

/** Where each repository is. Errors: configuration-invalid when there is none. */
function repositoryPlaces({ settings, destinations, sources }: Resolved<RepositoryCommand>): readonly Place[] {
  const source = sources.get('repository') ?? say.given('s3Bucket');
  const given = sources.has('repository') ? settings.repository : [];
  if (given.length === 0 && destinations.length > 0) {
    return destinations.flatMap((one) =>
      locationsOf(one).map((location) => ({ location, source: '"destinations"', settings: one })),
    );
  }
  if (sources.has('repository') && given.length === 0) return []; // its problem was reported
  const places = locationsOf(settings).map((location) => ({ location, source, settings }));
  if (places.length > 0) return places;
  throw settingsError(['no repository is given'], `give ${LOCATION_EXAMPLES} with ${say.option('repository')}`);
}

/** Whether the settings name a repository. */
export function hasRepository({ settings, destinations, sources }: Resolved<RepositoryCommand>): boolean {
  return sources.has('repository') || destinations.length > 0 || locationsOf(settings).length > 0;
}

function locationsOf(settings: RepositorySettings): readonly string[] {
  if (settings.repository.length > 0) return settings.repository;
  return settings.s3Bucket === undefined ? [] : [`s3://${settings.s3Bucket}/${settings.s3Path}`];
}

function placeProblem({ location, source }: Place, environment: Environment): readonly string[] {
  const kind = storageKind(location);
  if (kind === undefined) return [`${source}: '${schemeOf(location)}:' is not a kind of repository`];
  const problem = kind.problem(location, environment);
  return problem === undefined ? [] : [`${source}${problem}`];
}

/** Contacts nothing. Errors: configuration-invalid. */
export async function openStorage(
  { location, settings }: { location: string; settings: RepositorySettings },
  {
    context,
    environment,
    limits = rateLimits(settings, context),
    isQuiet = false,
  }: Services & { readonly isQuiet?: boolean },
): Promise<Storage> {
  const kind = storageKind(location) ?? DIRECTORY;
  const warn = isQuiet ? undefined : (remark: Remark) => context.emit({ type: 'warning', ...remark });
  const opened = await kind.open({ location, settings, environment, clock: context.clock, warn });
  const plain = remarking(opened, lossRemark(location, environment));
  const patient = retrying(plain, {
    clock: context.clock,
    budgetMs: settings.retryFor,
    onRetry: ({ what, delayMs, error }) => {
      const key = /'.*'/.exec(what)?.[0] ?? what;
      const text = error.message.includes(key) ? error.message : `${what}: ${error.message}`; // not the same name twice
      context.emit({ type: 'notice', text: `${text}; again in ${Math.ceil(delayMs / 1000)} s`, isRetry: true });
    },
  });
  const awaited =
    context.activity === undefined
      ? patient
      : watched(patient, { activity: context.activity, endsByItself: kind.endsByItself });
  const folder = settings.cacheDir ?? cacheFolder(environment);
  const quick = gathered(limits === undefined ? awaited : limited(awaited, limits));
  if (folder === undefined) return quick;
  const name = createHash('sha256').update(plain.location).digest('hex').slice(0, 16);
  return caching(quick, createCommitCacheFile(join(folder, `commits-${name}`)));
}

function rateLimits({ limitRate }: RepositorySettings, context: Context): RateLimits | undefined {
  if (limitRate === undefined) return undefined;
  return { up: createRateLimit(limitRate, context), down: createRateLimit(limitRate, context) };
}

function cacheFolder(environment: Environment): string | undefined {
  const base = environment.XDG_CACHE_HOME || (environment.HOME ? join(environment.HOME, '.cache') : undefined);
  return base === undefined ? undefined : join(base, 'postgres-backuper');
}
