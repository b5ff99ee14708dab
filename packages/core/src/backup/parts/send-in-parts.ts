import { BackuperError, numberOf, say, tablesForWorkers } from '@postgres-backuper/base';
import { type DonePart, filesOfPart } from '@postgres-backuper/format';
import {
  type Client,
  chooseSplitTables,
  type DumpOptions,
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
import { sendLargeObjects } from '../send-large-objects.ts';
import { sendRest } from '../split.ts';
import type { HolderParts } from './holder-parts.ts';
import { filesOf, largeObjectsOf, makePlan, type PartOfPlan, type Plan, planText, requireFit } from './plan.ts';
import { countTables, isToItsEnd, planned, readOf } from './units.ts';

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
  const largeObjects = largeObjectsOf(request);
  const plan = await makePlan({ tables, bytesOf, largeObjects, count: parts.count }, session);
  const sendObjects = (): Promise<void> => sendLargeObjects(client, dump, services);
  const jobs = parts.holderWorks ? request.jobs : 1; // then its session only locks the tables
  const split =
    tables.length === 0 ? undefined : await openSplitDump(client, { ...dump, ...request, tables, jobs }, context);
  try {
    const locking = await parts.begin(client, context);
    const set = parts.set === undefined ? {} : { set: parts.set.planned };
    await parts.publish({ ...publishedPlan(plan, dump, client), ...set });
    context.emit({ type: 'notice', text: planText(plan) });
    const rewritten = await sendRest(client, { ...request, tables, left: [] }, services);
    if (request.largeObjects && largeObjects === undefined) await sendObjects();
    await finishParts(plan, { parts, split, locking, sendObjects }, services);
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

function publishedPlan(plan: Plan, { snapshotId, encoding }: DumpOptions, { programs }: Client) {
  const part = plan.findIndex((one) => one.largeObjects) + 1;
  const parts = plan.map(({ units }) => units.map(planned));
  const facts = { snapshotId, encoding, parts };
  return part === 0 ? facts : { ...facts, largeObjects: { part, clientMajor: programs.major } };
}

interface Holding {
  readonly parts: HolderParts;
  readonly split: SplitDump | undefined;
  /** Holds the locks of parts that this run reads. */
  readonly locking: Session;
  /** The large objects. */
  sendObjects(): Promise<void>;
}

async function finishParts(plan: Plan, holding: Holding, services: Services): Promise<void> {
  const { parts, split, locking } = holding;
  const { clock, signal } = services.context;
  const open = new Set(plan.flatMap((part, index) => (filesOf(part).length === 0 ? [] : [index + 1])));
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
      await readHere({ part: mine.part, of: plan[mine.part - 1] as PartOfPlan }, holding, services);
      open.delete(mine.part);
      movedAt = clock.elapsed();
      continue;
    }
    if (open.size === 0) return; // the last ones were stored meanwhile
    if (mine.isAnyRead) movedAt = clock.elapsed();
    if (clock.elapsed() - movedAt > parts.timeoutMs) throw missing({ open, plan }, parts);
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
  for (const done of found) await adopt(requireFit(done, plan, parts), parts, services);
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
  readonly of: PartOfPlan;
}

async function readHere({ part, of }: Here, holding: Holding, services: Services): Promise<void> {
  const { parts, split } = holding;
  const { units, largeObjects } = of;
  const { context, session, sinks, tally } = services;
  context.emit({ type: 'notice', text: `reading part ${part} of ${parts.count} here` });
  const [begunAt, before] = [context.clock.elapsed(), tally.rawBytes];
  for (const unit of units) await split?.dump(unit, sinks.openTable(unit.file, isToItsEnd(unit)), session);
  if (largeObjects) await holding.sendObjects();
  const durationMs = Math.round(context.clock.elapsed() - begunAt);
  const facts = { machine: context.by?.machine ?? null, isHolder: true, storedBytes: null };
  const tables = countTables(units.map(({ file }) => file));
  parts.note({ part, tables, largeObjects, rawBytes: tally.rawBytes - before, durationMs, ...facts });
}

async function adopt(done: DonePart, parts: HolderParts, { context, sinks }: Services): Promise<void> {
  const { part, machine, tables, files = [] } = done;
  const chunks = done.set === 'chunks' ? await parts.chunksOf(done) : undefined;
  const toCatalog = parts.adopt(done);
  for (const { file, extents, ...digest } of tables) sinks.adoptTable(file, digest, () => toCatalog(extents));
  for (const { name, sizeBytes, sha256, extents } of files)
    sinks.adoptPlain({ name, sizeBytes, sha256 }, () => toCatalog(extents));
  for (const [index, { name, extents }] of filesOfPart(done).entries())
    parts.set?.adopt({ name, extents: () => toCatalog(extents), chunks: chunks?.[index] });
  parts.note({ ...readOf(done), machine, isHolder: false });
  context.emit({ type: 'notice', text: `part ${part} of ${parts.count} is stored` });
}

function missing({ open, plan }: Pending, { count }: HolderParts): BackuperError {
  const named = [...open].sort((a, b) => a - b).join(', ');
  const objects = [...open].find((part) => plan[part - 1]?.largeObjects);
  const readable =
    objects === undefined
      ? ''
      : `give a job for part ${objects} client programs of the same version as this run's and no ${say.option('noLargeObjects')} (it has the large objects), `;
  return new BackuperError('parts-missing', `nobody reads ${numberOf(open.size, 'part')} of ${count}: ${named}`, {
    hint: `${readable}start the jobs with ${say.option('part')} earlier, raise ${say.option('partTimeout')}, or leave out ${say.option('noHolderWorks')}`,
  });
}
