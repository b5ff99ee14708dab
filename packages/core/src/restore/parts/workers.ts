import type { Context } from '@postgres-backuper/base';
import type { CatalogTable } from '@postgres-backuper/format';
import { endWorkers, readDoneBy, readWorkers, type Session, WORKER_NAME } from '@postgres-backuper/postgres';
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
  const known = new Map(tables.map((table) => [table.dumpId, table]));
  const parts = new Map<string, RestoredPart>();
  for (const { id, by } of await readDoneBy(session)) {
    const table = known.get(id);
    if (table === undefined) continue;
    const worker = by?.startsWith(WORKER_NAME) === true ? by.slice(WORKER_NAME.length) : null;
    const before = parts.get(worker ?? '') ?? { worker, tableCount: 0, rows: 0, bytes: 0 };
    const { tableCount, rows, bytes } = before;
    parts.set(worker ?? '', {
      worker,
      tableCount: tableCount + 1,
      rows: rows + table.rows,
      bytes: bytes + table.bytes,
    });
  }
  return [...parts.values()].sort((a, b) => ((a.worker ?? '') < (b.worker ?? '') ? -1 : 1));
}
