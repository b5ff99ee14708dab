import type { Context } from '@postgres-backuper/base';
import { type CatalogTable, rowSlicesOf } from '@postgres-backuper/format';
import {
  endWorkers,
  parseSliceId,
  readDoneBy,
  readWorkers,
  type Session,
  WORKER_NAME,
} from '@postgres-backuper/postgres';
import type { RestoredPart } from './sharing.ts';

/** Pause between two looks, and how long workers may take to leave, milliseconds. */
const LOOK_EVERY_MS = 200;
const LEAVE_MS = 20_000;

/** Waits until no worker is connected; ends the sessions of those that stay. Errors: those of Session.query. */
export async function workersLeft(
  session: Session,
  { clock, signal }: Pick<Context, 'clock' | 'signal'>,
): Promise<void> {
  const begunAt = clock.elapsed();
  while ((await readWorkers(session)) > 0) {
    if (clock.elapsed() - begunAt > LEAVE_MS) await endWorkers(session);
    if (clock.elapsed() - begunAt > 2 * LEAVE_MS) return;
    await clock.sleep(LOOK_EVERY_MS, { signal });
  }
}

/** By the journal, in which each session notes what it did: the run that made the database first. Errors: those of Session.query. */
export async function workersOf(session: Session, tables: readonly CatalogTable[]): Promise<readonly RestoredPart[]> {
  return partsOf(await readDoneBy(session), tables);
}

/** Pure. The note that all slices of a table are in is nobody's work, and so are slices of a table that was loaded whole later. */
export function partsOf(
  notes: readonly { readonly id: number; readonly by: string | null }[],
  tables: readonly CatalogTable[],
): readonly RestoredPart[] {
  const known = new Map(tables.map((table) => [table.dumpId, table]));
  const slices = Map.groupBy(
    notes.flatMap(({ id }) => parseSliceId(id)?.dumpId ?? []),
    (dumpId) => dumpId,
  );
  const whole = new Set(notes.map(({ id }) => id));
  const parts = new Map<string, RestoredPart & { readonly ids: Set<number> }>();
  for (const { id, by } of notes) {
    const slice = parseSliceId(id);
    const table = known.get(slice?.dumpId ?? id);
    if (table === undefined) continue;
    const all = rowSlicesOf(table);
    const isOfSlices = slices.get(table.dumpId)?.length === all.length || !whole.has(table.dumpId);
    if ((slice === undefined) === isOfSlices) continue;
    const loaded = slice === undefined ? table : all[slice.number - 1];
    const worker = by?.startsWith(WORKER_NAME) === true ? by.slice(WORKER_NAME.length) : null;
    const before = parts.get(worker ?? '') ?? { worker, tableCount: 0, rows: 0, bytes: 0, ids: new Set<number>() };
    const ids = before.ids.add(table.dumpId);
    const [rows, bytes] = [before.rows + (loaded?.rows ?? 0), before.bytes + (loaded?.bytes ?? 0)];
    parts.set(worker ?? '', { worker, tableCount: ids.size, rows, bytes, ids });
  }
  const sorted = [...parts.values()].sort((a, b) => ((a.worker ?? '') < (b.worker ?? '') ? -1 : 1));
  return sorted.map(({ ids: _, ...part }) => part);
}
