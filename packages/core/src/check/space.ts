import { totalmem } from 'node:os';
import { BackuperError, say } from '@postgres-backuper/base';
import type { Storage } from '@postgres-backuper/repository';
import { type Findings, looked } from './items.ts';

/** Raw bytes per stored byte, hardly exceeded even by well compressible data. */
const BEST_RATIO = 10;
/** Memory of a backup in segments: those being filled, compressed, encrypted and stored at once. */
const SEGMENTS_IN_MEMORY = 11;

/** Free space below the size of the database is a warning; below a tenth of it, a problem. */
export async function checkSpace(
  request: { readonly what: string; readonly storage: Storage; readonly estimatedBytes: number | undefined },
  findings: Findings,
): Promise<void> {
  const { storage, what, estimatedBytes } = request;
  const usage = storage.usage;
  if (usage === undefined) return;
  if (estimatedBytes === undefined) {
    findings.undecided(what, 'the size of the database is not known');
    return;
  }
  await looked(findings, what, async () => {
    const told = await usage.call(storage);
    if (told === undefined) findings.undecided(what, 'the server does not report its free space');
    else judgeSpace({ what, estimatedBytes, freeBytes: told.freeBytes }, findings);
  });
}

export function judgeSpace(
  { what, freeBytes, estimatedBytes }: { what: string; freeBytes: number; estimatedBytes: number },
  findings: Findings,
): void {
  const text = `${megabytes(freeBytes)} free for a database of ${megabytes(estimatedBytes)} without its indexes`;
  const hint = 'free space, shorten the retention or use another repository';
  if (freeBytes >= estimatedBytes) findings.ok(what, text);
  else if (freeBytes >= estimatedBytes / BEST_RATIO)
    findings.warning(what, `${text}: enough only if it compresses well`, hint);
  else findings.problem(what, new BackuperError('storage-full', text, { hint }));
}

/** Compares the memory that segments of this size need with the available memory. */
export function checkMemory(
  { segmentSizeBytes, memoryBytes = totalmem() }: { segmentSizeBytes: number; memoryBytes?: number },
  findings: Findings,
): void {
  const needed = SEGMENTS_IN_MEMORY * segmentSizeBytes;
  const text = `about ${megabytes(needed)} for segments of ${megabytes(segmentSizeBytes)}`;
  if (needed <= memoryBytes / 2) findings.ok('memory', text);
  else
    findings.warning(
      'memory',
      `${text}, there are ${megabytes(memoryBytes)} here`,
      `give a smaller size with ${say.option('segmentSize')}`,
    );
}

function megabytes(bytes: number): string {
  return `${Math.max(bytes > 0 ? 1 : 0, Math.round(bytes / 1_048_576))} MiB`;
}
