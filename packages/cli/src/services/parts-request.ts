import { numberOf } from '@postgres-backuper/base';
import type { BackupPartRequest, PartsRequest } from '@postgres-backuper/core';
import { parseLabel } from '@postgres-backuper/format';
import { type Resolved, type SettingsOf, say, settingsError, shownValue, variableOf } from '@postgres-backuper/options';
import type { Server } from '@postgres-backuper/postgres';
import type { ChosenDatabases } from './databases.ts';
import { partsKeys } from './set-request.ts';

type Settings = SettingsOf<'backup' | 'check'>;

const PARTS_MAX = 64;
/** Age of a given label (a worker may come late, the snapshot is taken just after the label), and how far it may be ahead of this machine's clock, milliseconds. */
const OLDEST_MS = { ofPart: 24 * 3_600_000, ofHolder: 3_600_000 };
const AHEAD_MS = 5 * 60_000;

/** What cannot go together. Errors: configuration-invalid. */
export function checkParts({ settings, sources }: Resolved<'backup'>, now: number): void {
  const { parts, part, label } = settings;
  if (parts === undefined && part === undefined) {
    if (label !== undefined && !hasUnusedLabel({ settings, sources }))
      throw settingsError([`${say.given('label')} is for a backup in parts`], 'leave it out: each backup gets a label');
    return;
  }
  const problems = [
    ...(parts !== undefined && part !== undefined
      ? [`${say.given('parts')} and ${say.given('part')} are for different jobs`]
      : []),
    ...(part === undefined ? [] : partProblems(part)),
    ...(part !== undefined && label === undefined ? [`${say.given('part')} needs ${say.option('label')}`] : []),
    ...(label === undefined
      ? []
      : labelProblems(label, now, part === undefined ? OLDEST_MS.ofHolder : OLDEST_MS.ofPart)),
    ...(settings.skipUnchanged
      ? [`${say.given('skipUnchanged')} is not for a backup in parts: its jobs read every table`]
      : []),
    ...(settings.skipIfNewerThan === undefined
      ? []
      : [`${say.given('skipIfNewerThan')} is not for a backup in parts: the other jobs would wait`]),
  ];
  if (problems.length > 0) throw settingsError(problems, 'correct them and start again');
}

/** Whether the label is that of a variable, without parts: GitLab hands it on from the backup of an earlier job. */
export function hasUnusedLabel({ settings, sources }: Pick<Resolved<'backup'>, 'settings' | 'sources'>): boolean {
  const isInParts = settings.parts !== undefined || settings.part !== undefined;
  return !isInParts && sources.get('label') === variableOf('label');
}

export function partProblems(part: string): readonly string[] {
  const asked = parsePart(part);
  const isRight =
    asked !== undefined && asked.count >= 1 && asked.count <= PARTS_MAX && isWithin(asked.part, asked.count);
  return isRight ? [] : [`${say.given('part')}: ${shownValue(part)} is not a part such as 2/4 or next/4`];
}

function isWithin(part: number | undefined, count: number): boolean {
  return part === undefined || (part >= 1 && part <= count);
}

function labelProblems(label: string, now: number, oldestMs: number): readonly string[] {
  const startedAt = parseLabel(label)?.startedAt;
  const given = `${say.given('label')}: ${shownValue(label)}`;
  if (startedAt === undefined) return [`${given} is not a label such as backup_20260315_021500_a1b2c3`];
  if (startedAt > now + AHEAD_MS) return [`${given} is in the future: a label is a time in UTC`];
  const hours = numberOf(oldestMs / 3_600_000, 'hour');
  return startedAt < now - oldestMs ? [`${given} is older than ${hours}: make a new one for each backup`] : [];
}

export function parsePart(text: string): { readonly part: number | undefined; readonly count: number } | undefined {
  const [, part = '', count = ''] = /^(\d{1,2}|next)\/(\d{1,2})$/.exec(text.trim()) ?? [];
  if (count === '') return undefined;
  return { part: part === 'next' ? undefined : Number(part), count: Number(count) };
}

/** Of the job that holds the snapshot; undefined: the backup is not in parts. Errors: configuration-invalid without a secret. */
export async function partsRequest(settings: Settings, name: string): Promise<PartsRequest | undefined> {
  const { parts: count, noHolderWorks, partTimeout: timeoutMs } = settings;
  if (count === undefined) return undefined;
  const { key } = await partsKeys(settings, name);
  return { count, holderWorks: !noHolderWorks, timeoutMs, key };
}

/** Of a job that reads a part. Errors: as partsRequest. */
export async function partRequest(
  settings: Settings,
  name: string,
): Promise<Pick<BackupPartRequest, 'label' | 'part' | 'count' | 'key' | 'keys' | 'timeoutMs'>> {
  const asked = parsePart(settings.part ?? '');
  const { label = '', partTimeout: timeoutMs } = settings;
  return { label, part: asked?.part, count: asked?.count ?? 0, timeoutMs, ...(await partsKeys(settings, name)) };
}

/** Errors: configuration-invalid for several databases in parts; that of one which accepts no connection. */
export function requireOneDatabase(settings: Settings, { servers, closed }: ChosenDatabases): Server {
  const [server] = servers;
  const isInParts = settings.parts !== undefined || settings.part !== undefined;
  if (isInParts && servers.length + closed.length > 1)
    throw settingsError(['a backup in parts is of one database'], `name one with ${say.option('dbname')}`);
  if (isInParts && closed[0] !== undefined) throw closed[0].error;
  return server as Server;
}
