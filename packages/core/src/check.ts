import { BackuperError, type Context, ERRORS, lastingFirst } from '@postgres-backuper/base';
import type { Selection, Server } from '@postgres-backuper/postgres';
import type { Repository } from '@postgres-backuper/repository';
import { type CheckItem, createFindings, type Findings } from './check/items.ts';
import { checkKeys } from './check/keys.ts';
import { checkNewest } from './check/other-server.ts';
import { checkSettings, checkStorage } from './check/repository.ts';
import { type CheckFacts, checkServer } from './check/server.ts';
import { checkMemory, checkSpace } from './check/space.ts';

export interface CheckRequest {
  /** Name of the backups, as for `backup`. */
  readonly name: string;
  /**
   * `backup`: the checks of a backup before its dump; a probe is stored and removed, nothing is read or decrypted.
   * Default: `full`.
   */
  readonly level?: 'full' | 'backup';
  /** Parallel sessions of the dump; default 4. */
  readonly jobs?: number;
  /** A table of at least this many bytes on disk is read by several sessions; unset: none. */
  readonly splitFromBytes?: number | undefined;
  readonly segmentSizeBytes: number;
  /** Memory that this process may use: of the machine, or of its container. Default: the machine's. */
  readonly memoryBytes?: number;
  /** As for `backup`. With a selection, missing privileges are warnings. Unset: everything. */
  readonly selection?: Partial<Selection>;
  /** False: large objects are left out, so they need not be readable. Default: true. */
  readonly largeObjects?: boolean;
  /** Tables that have not changed since a full are not to be read. Default: false. */
  readonly skipUnchanged?: boolean;
  /** The replay of a standby is to be paused while the dump reads. Default: false. */
  readonly pauseReplay?: boolean | undefined;
  /** Files of a repository that others may use become private again. Default: they are only named. */
  readonly repairModes?: boolean;
  /** The database was loaded from an old file: it is of no server that other backups are of. Default: false. */
  readonly imported?: boolean;
  /** Called with each item as soon as it is known. */
  readonly onItem?: (item: CheckItem) => void;
}

export interface CheckServices {
  readonly server: Server;
  readonly destinations: readonly Repository[];
  /** Others whose newest backup is compared with the server, as that of each destination is. */
  readonly earlier?: readonly Repository[];
}

export interface CheckResult {
  /** In the order of the checks. */
  readonly items: readonly CheckItem[];
  readonly problems: number;
  readonly warnings: number;
  /** Null when the server could not be queried. */
  readonly facts: CheckFacts | null;
}

/** The command `check`: all checks possible before a dump. Problems are in the result; see `checkError`. */
export async function check(request: CheckRequest, services: CheckServices, context: Context): Promise<CheckResult> {
  context.emit({ type: 'phase', phase: 'check', text: 'looking at server, keys and repository' });
  return runChecks(request, services, context);
}

/** Reports all problems, not only the first. Throws only when cancelled. */
export async function runChecks(
  request: CheckRequest,
  services: CheckServices,
  context: Context,
): Promise<CheckResult> {
  const findings = createFindings(request.onItem);
  const { server, destinations, earlier = [] } = services;
  const { jobs = 4, splitFromBytes, largeObjects = true, skipUnchanged = false, pauseReplay = false } = request;
  const thorough = request.level !== 'backup';
  const facts = await checkServer(
    { server, jobs, splitFromBytes, isPartial: isPartial(request), largeObjects, skipUnchanged, pauseReplay, thorough },
    findings,
    context,
  );
  for (const repository of destinations) {
    await checkDestination({ request, repository, isOnly: destinations.length === 1, facts }, findings, context);
  }
  for (const repository of earlier) {
    await lookAtNewest({ request, repository, isOnly: earlier.length === 1, facts }, findings, context);
  }
  if (request.level !== 'backup' && destinations.length > 0) checkMemory(request, findings);
  return resultOf(findings, facts);
}

function isPartial({ selection = {} }: { readonly selection?: Partial<Selection> }): boolean {
  return Object.values(selection).some((patterns) => patterns.length > 0);
}

/** Checks one repository, with the facts that the checks of the server found. */
export async function checkRepository(
  request: CheckRequest,
  { repository, facts }: { repository: Repository; facts: CheckFacts | null },
  context: Context,
): Promise<CheckResult> {
  const findings = createFindings(request.onItem);
  await checkDestination({ request, repository, isOnly: true, facts: facts ?? undefined }, findings, context);
  return resultOf(findings, facts ?? undefined);
}

function resultOf({ items }: Findings, facts: CheckFacts | undefined): CheckResult {
  const count = (state: CheckItem['state']): number => items.filter((item) => item.state === state).length;
  return { items, problems: count('problem'), warnings: count('warning'), facts: facts ?? null };
}

interface DestinationCheck {
  readonly request: CheckRequest;
  readonly repository: Repository;
  /** True: the items do not name the repository. */
  readonly isOnly: boolean;
  readonly facts: CheckFacts | undefined;
}

async function checkDestination(
  { request, repository, isOnly, facts }: DestinationCheck,
  findings: Findings,
  context: Context,
): Promise<void> {
  const { storage, cipher, encryption, signer, trusted } = repository;
  const of = isOnly ? '' : ` of ${storage.location}`;
  const thorough = request.level !== 'backup';
  await checkKeys({ what: `keys${of}`, cipher, encryption, roundTrip: thorough, signer, trusted }, findings);
  const what = isOnly ? 'repository' : `repository ${storage.location}`;
  const isUsable = await checkStorage({ what, storage, name: request.name, thorough }, findings, context);
  const { repairModes = false } = request;
  if (isUsable && thorough) await checkSettings({ what, storage, repairModes }, findings, context);
  const space = { what: `space${of}`, storage, estimatedBytes: facts?.estimatedBytes };
  if (isUsable) await checkSpace(space, findings);
  if (isUsable) await lookAtNewest({ request, repository, isOnly, facts }, findings, context);
}

async function lookAtNewest(
  { request, repository, isOnly, facts }: DestinationCheck,
  findings: Findings,
  context: Context,
): Promise<void> {
  if (facts?.identity === undefined || request.imported === true) return;
  const what = isOnly ? 'newest backup' : `newest backup in ${repository.storage.location}`;
  await checkNewest({ what, repository, name: request.name, identity: facts.identity }, findings, context);
}

/**
 * The error with which a command ends after these checks; undefined without a problem. A single problem is returned as
 * its own error. Several become one error, whose exit status says "retry" only if a retry may help with all of them.
 */
export function checkError(result: CheckResult): BackuperError | undefined {
  const problems = result.items.filter((item) => item.state === 'problem');
  const [worst] = lastingFirst(problems, ({ code = 'check-failed' }) => ERRORS[code]);
  if (worst === undefined) return undefined;
  const message = problems.map((item) => item.text).join('; ');
  const hint =
    problems.length === 1
      ? worst.hint
      : problems
          .map((item) => item.hint)
          .filter(Boolean)
          .join('; ');
  return new BackuperError(worst.code ?? 'check-failed', message, hint === undefined ? { result } : { hint, result });
}
