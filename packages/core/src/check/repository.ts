import { randomBytes } from 'node:crypto';
import { BackuperError, type Context, formatDuration, isBackuperError, numberOf } from '@postgres-backuper/base';
import { probeKey } from '@postgres-backuper/format';
import type { Storage, StoredObject } from '@postgres-backuper/repository';
import { type Findings, looked } from './items.ts';

/** Difference between our clock and that of the storage, above which a warning is given, milliseconds. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;

export interface StorageCheck {
  readonly what: string;
  readonly storage: Storage;
  /** Name of the backups; the probe is stored in its folder. */
  readonly name: string;
  /** Also list and read the probe. */
  readonly thorough: boolean;
}

interface Probe {
  readonly key: string;
  readonly body: Uint8Array;
}

/**
 * Stores a probe, lists, reads and removes it. A failure to write or list is a problem; a failure to read or remove is
 * a warning, because a backup works without. Returns whether backups can be stored.
 */
export async function checkStorage(check: StorageCheck, findings: Findings, context: Context): Promise<boolean> {
  const { storage, what, thorough } = check;
  const probe = await looked(findings, what, () => storeProbe(check, context));
  if (probe === undefined) {
    if (thorough) findings.undecided(`${what} clock`, 'nothing could be stored');
    return false;
  }
  const now = context.clock.now();
  const listed = thorough ? await listProbe(check, probe, findings, context) : true;
  const mayRead = !thorough || (await readProbe(check, probe, findings, context));
  const mayRemove = await removeProbe(check, probe, findings, context);
  if (listed === undefined) return false;
  findings.ok(what, `takes objects${thorough ? abilities(mayRead, mayRemove) : ''}: ${storage.location}`);
  if (listed !== true) judgeClock(`${what} clock`, listed.storedAt - now, findings);
  return true;
}

/** Shows what the settings of the storage mean, with a warning of each problem; repairs modes first if asked to. */
export async function checkSettings(
  { storage, what, repairModes }: Pick<StorageCheck, 'storage' | 'what'> & { readonly repairModes: boolean },
  findings: Findings,
  { signal }: Context,
): Promise<void> {
  try {
    const repaired = repairModes ? await storage.repairModes?.({ signal }) : undefined;
    if (repaired !== undefined) findings.ok(`${what} modes`, `${numberOf(repaired, 'file')} made private again`);
    for (const { text, hint } of (await storage.remarks?.({ signal })) ?? []) {
      if (hint === undefined) findings.ok(what, text);
      else findings.warning(what, text, hint);
    }
  } catch (error) {
    findings.undecided(`${what} settings`, reason(error));
  }
}

async function storeProbe({ storage, name }: StorageCheck, { signal }: Context): Promise<Probe> {
  const probe = { key: probeKey(name, randomBytes(8).toString('hex')), body: Buffer.from('probe of check\n') };
  await storage.put(probe.key, probe.body, { signal });
  return probe;
}

async function listProbe({ storage, what }: StorageCheck, { key }: Probe, findings: Findings, { signal }: Context) {
  return looked(findings, what, async (): Promise<StoredObject> => {
    for await (const object of storage.list(key, { signal })) if (object.key === key) return object;
    throw new BackuperError('storage-failed', `a probe just stored in '${storage.location}' is not listed`, {
      hint: 'use a storage whose listings show an object as soon as it is stored',
    });
  });
}

async function readProbe({ storage, what }: StorageCheck, probe: Probe, findings: Findings, { signal }: Context) {
  try {
    const body = await storage.get(probe.key, { maxBytes: 1024, signal });
    if (Buffer.compare(body, probe.body) === 0) return true;
    findings.problem(what, new BackuperError('object-altered', `a probe read from '${storage.location}' differs`));
  } catch (error) {
    const hint = 'allow reading (s3:GetObject), so that a backup can read one segment back';
    findings.warning(what, `what is stored cannot be read here: ${reason(error)}`, hint);
  }
  return false;
}

async function removeProbe(
  { storage, what, thorough }: StorageCheck,
  probe: Probe,
  findings: Findings,
  context: Context,
) {
  try {
    await storage.remove([probe.key], { signal: context.signal });
    return true;
  } catch (error) {
    const hint = 'right for a role that never prunes; for prune allow removing (s3:DeleteObject)';
    if (thorough)
      findings.warning(what, `nothing can be removed, so a probe of a few bytes stays: ${reason(error)}`, hint);
    return false;
  }
}

function reason(error: unknown): string {
  if (isBackuperError(error, 'cancelled') || !isBackuperError(error)) throw error;
  return error.message;
}

function abilities(mayRead: boolean, mayRemove: boolean): string {
  const can = ['lists', ...(mayRead ? ['reads'] : []), ...(mayRemove ? ['removes'] : [])];
  return `, ${can.join(', ')} them`;
}

function judgeClock(what: string, differenceMs: number, findings: Findings): void {
  if (Math.abs(differenceMs) <= CLOCK_TOLERANCE_MS) {
    findings.ok(what, 'agrees with the clock of this machine');
    return;
  }
  const text = `the storage’s clock is ${formatDuration(Math.abs(differenceMs))} ${differenceMs > 0 ? 'ahead of' : 'behind'} this machine’s`;
  findings.warning(what, text, 'synchronise this machine’s clock (NTP): ages and retention are counted by it');
}
