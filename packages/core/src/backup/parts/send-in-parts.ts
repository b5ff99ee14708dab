import { BackuperError, numberOf, planParts, say, tablesForWorkers } from '@postgres-backuper/base';
import { type DonePart, type Extents, storedBytesOf } from '@postgres-backuper/format';
import {
  type Client,
  chooseSplitTables,
  directoryToc,
  isRunLockTaken,
  openSplitDump,
  readRewrittenTables,
  type Session,
  type SplitDump,
  type SplitTable,
  tryRunLock,
} from '@postgres-backuper/postgres';
import { type SentTables, type Services, sendToc, type TablesRequest } from '../directory.ts';
import { sendRest } from '../split.ts';
import type { HolderParts } from './holder-parts.ts';
import { fillRange } from './segment-ranges.ts';
import { countTables, cutTables, isToItsEnd, planned, type Unit } from './units.ts';

/** Pause between two looks for parts that are whole, milliseconds. */
const LOOK_EVERY_MS = 500;
/** Pause between two questions whether the tables are still locked, milliseconds. */
const ASK_EVERY_MS = 5000;

type InParts = TablesRequest & { readonly parts: HolderParts };

/**
 * Publishes a plan, sends what no part has, and the parts that no worker reads; resolves when every part is stored. Tables
 * of parts are locked from before the plan is published to the end. Errors: as dumpDirectory, openSplitDump; parts-missing;
 * server-unavailable when the locks were lost.
 */
export async function sendInParts(client: Client, request: InParts, services: Services): Promise<SentTables> {
  const { archive, dump, inventory, parts } = request;
  const { session, context, sinks } = services;
  const bytesOf = ({ entry }: SplitTable): number => inventory.tables.get(entry.oid)?.bytes ?? 0;
  const { toc } = await archive;
  const large = await chooseSplitTables({ toc, inventory, fromBytes: 1 }, session);
  const tables = tablesForWorkers(large, bytesOf);
  const { count } = parts;
  const plan = planParts(await cutTables(tables, { count, bytesOf }, session), {
    count,
    bytesOf: ({ bytes }) => bytes,
  });
  const jobs = parts.holderWorks ? request.jobs : 1; // then its session only locks the tables
  const split =
    tables.length === 0 ? undefined : await openSplitDump(client, { ...dump, ...request, tables, jobs }, context);
  try {
    const locking = await parts.begin(client, context);
    const { snapshotId, encoding } = dump;
    const set = parts.set === undefined ? {} : { set: parts.set.planned };
    await parts.publish({ snapshotId, encoding, ...set, parts: plan.map((one) => one.map(planned)) });
    context.emit({ type: 'notice', text: planText(plan) });
    const rewritten = await sendRest(client, { ...request, tables, left: [] }, services);
    await finishParts(plan, { parts, split, locking }, services);
    await split?.requireLocks(); // between two reads nothing else kept the rows in their places
    const lost = await rewrittenLater(tables, session);
    const toc = await sendToc(directoryToc(await archive), request, { sinks, context });
    return { toc, rewritten: new Set([...rewritten, ...lost]) };
  } finally {
    await split?.close();
  }
}

/** Tables of parts that were emptied or rewritten although they were locked: a session that locked them was lost. */
async function rewrittenLater(tables: readonly SplitTable[], session: Services['session']): Promise<readonly string[]> {
  const rewritten = await readRewrittenTables(session);
  return tables.flatMap(({ entry: { oid } }) => (rewritten.has(String(oid)) ? [String(oid)] : []));
}

function planText(plan: Plan): string {
  const units = plan.flat();
  const shared = countTables(units.map(({ file }) => file));
  const sliced = countTables(units.filter(({ blocks }) => blocks !== undefined).map(({ file }) => file));
  const cut = sliced === 0 ? '' : `, ${sliced} of them cut into slices`;
  return `${numberOf(shared, 'large table')} in ${numberOf(plan.length, 'part')}${cut}; this run reads the others`;
}

type Plan = readonly (readonly Unit[])[];

interface Holding {
  readonly parts: HolderParts;
  readonly split: SplitDump | undefined;
  /** Holds the locks of parts that this run reads. */
  readonly locking: Session;
}

async function finishParts(plan: Plan, { parts, split, locking }: Holding, services: Services): Promise<void> {
  const { clock, signal } = services.context;
  const open = new Set(plan.flatMap((tables, index) => (tables.length === 0 ? [] : [index + 1])));
  let movedAt = clock.elapsed();
  let askedAt = movedAt;
  for (;;) {
    if (await adoptFinished({ open, plan }, parts, services)) movedAt = clock.elapsed();
    if (open.size === 0) return;
    if (clock.elapsed() - askedAt > ASK_EVERY_MS) {
      await split?.requireLocks();
      askedAt = clock.elapsed();
    }
    const mine = await takeFree({ open, plan, locking }, parts, services);
    if (mine.part !== undefined) {
      await readHere({ part: mine.part, units: plan[mine.part - 1] ?? [], split }, parts, services);
      open.delete(mine.part);
      continue;
    }
    if (mine.isAnyRead) movedAt = clock.elapsed();
    if (clock.elapsed() - movedAt > parts.timeoutMs) throw missing([...open], parts);
    await clock.sleep(LOOK_EVERY_MS, { signal });
  }
}

interface Pending {
  /** Parts that are not whole. */
  readonly open: Set<number>;
  readonly plan: Plan;
}

/** Whether a part became whole. */
async function adoptFinished({ open, plan }: Pending, parts: HolderParts, services: Services): Promise<boolean> {
  const found = (await parts.finished()).filter(({ part }) => open.delete(part));
  for (const done of found) await adopt(checked(done, plan, parts), parts, services);
  return found.length > 0;
}

/** A part that nobody reads, the smallest first; its lock is kept to the end, so that nobody begins it again. */
async function takeFree(
  { open, plan, locking }: Pending & Pick<Holding, 'locking'>,
  parts: HolderParts,
  services: Services,
): Promise<{ readonly part?: number; readonly isAnyRead: boolean }> {
  let isAnyRead = false;
  for (const part of [...open].reverse()) {
    if (!parts.holderWorks) {
      isAnyRead ||= await isRunLockTaken(locking, parts.locks.part(part));
      continue;
    }
    if (!(await tryRunLock(locking, parts.locks.part(part)))) {
      isAnyRead = true;
      continue;
    }
    await adoptFinished({ open, plan }, parts, services);
    if (open.has(part)) return { part, isAnyRead: true };
  }
  return { isAnyRead };
}

interface Here {
  readonly part: number;
  readonly units: readonly Unit[];
  readonly split: SplitDump | undefined;
}

async function readHere({ part, units, split }: Here, parts: HolderParts, services: Services): Promise<void> {
  const { context, session, sinks, tally } = services;
  context.emit({ type: 'notice', text: `reading part ${part} of ${parts.count} here` });
  const [begunAt, before] = [context.clock.elapsed(), tally.rawBytes];
  for (const unit of units) await split?.dump(unit, sinks.openTable(unit.file, isToItsEnd(unit)), session);
  const durationMs = Math.round(context.clock.elapsed() - begunAt);
  const facts = { machine: context.by?.machine ?? null, isHolder: true, storedBytes: null };
  const tables = countTables(units.map(({ file }) => file));
  parts.note({ part, tables, rawBytes: tally.rawBytes - before, durationMs, ...facts });
}

/** Errors: configuration-invalid for a list that has not exactly what the plan says. */
function checked(done: DonePart, plan: Plan, { set }: HolderParts): DonePart {
  const asked = (plan[done.part - 1] ?? []).map(({ file }) => file).sort();
  const listed = done.tables.map(({ file }) => file).sort();
  const isInSet = (set === undefined) === (done.set === undefined);
  if (isInSet && asked.join('\n') === listed.join('\n') && fillRange(done.objects, done.range)) return done;
  throw new BackuperError('configuration-invalid', `the list of part ${done.part} does not fit the plan`, {
    hint: 'give every job of the backup the same version of this program',
  });
}

async function adopt(done: DonePart, parts: HolderParts, { context, sinks }: Services): Promise<void> {
  const { part, machine, tables, durationMs } = done;
  const chunks = done.set === 'chunks' ? await parts.chunksOf(done) : [];
  const toCatalog = parts.adopt(done);
  for (const [index, { file: name, extents: stored, ...digest }] of tables.entries()) {
    const extents = (): Extents => toCatalog(stored);
    sinks.adoptTable(name, digest, extents);
    parts.set?.adopt({ name, extents, chunks: chunks[index] });
  }
  const rawBytes = tables.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const storedBytes = storedBytesOf(done);
  const shared = countTables(tables.map(({ file }) => file));
  parts.note({ part, machine, isHolder: false, tables: shared, rawBytes, storedBytes, durationMs });
  context.emit({ type: 'notice', text: `part ${part} of ${parts.count} is stored` });
}

function missing(open: readonly number[], { count }: HolderParts): BackuperError {
  const named = open.toSorted((a, b) => a - b).join(', ');
  return new BackuperError('parts-missing', `nobody reads ${numberOf(open.length, 'part')} of ${count}: ${named}`, {
    hint: `start the jobs with ${say.option('part')} earlier, raise ${say.option('partTimeout')}, or leave out ${say.option('noHolderWorks')}`,
  });
}
