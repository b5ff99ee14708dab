import { readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Commit,
  commitKey,
  dataKey,
  derivePartsKey,
  parseCommit,
  RANGE_SEGMENTS,
  readDonePart,
  segmentName,
  writeDonePart,
} from '@postgres-backuper/format';
import { createPipeline, createStore, type Repository } from '@postgres-backuper/repository';
import { useLittleMemory } from '../../packages/cli/src/little-memory.ts';
import { commitTo } from '../../packages/core/src/backup/commit.ts';
import { storeDocuments } from '../../packages/core/src/backup/documents.ts';
import type { DumpedDatabase } from '../../packages/core/src/backup/dump-snapshot.ts';
import { createSinks } from '../../packages/core/src/backup/sinks.ts';
import { createSegments } from '../../packages/core/src/restore/segments.ts';
import { verifyStored } from '../../packages/core/src/verify/verify-stored.ts';
import { readDocuments } from '../../packages/repository/src/read/read.ts';
import { donePartOf } from './simulated-parts.ts';
import { simulatedContext, simulatedDump, simulatedId, simulatedRequest } from './simulated-run.ts';
import { simulatedSegment, simulatedStorage } from './simulated-storage.ts';

/**
 * A process that does one part of a backup of many segments, and writes its peak of memory, in MiB:
 * `backup FOLDER SEGMENTS TABLES` stores, lists and commits; `verify …` compares with the listing; `read …` reads the
 * list and the catalog; `lists …` writes and reads those of parts. What pg_dump and OpenPGP do is left out; everything else is the program's own code.
 */
useLittleMemory();
const [part = '', folder = '', segmentsText, tablesText] = process.argv.slice(2);
const [segments, tables] = [Number(segmentsText), Number(tablesText)];

/** Room for a header, 512 bytes of data, and the end. */
const SEGMENT_BYTES = 2048;
const DATA_BYTES = 512;
const STATED = join(folder, 'committed');

const context = simulatedContext(folder);
const { cipher, facts } = simulatedRequest();
const storage = simulatedStorage({ folder: join(folder, 'objects'), numbers: () => Array(segments).keys() });
const repository: Repository = { storage, cipher, encryption: 'openpgp' };

async function makeBackup(): Promise<void> {
  await mkdir(join(folder, 'objects'), { recursive: true });
  const store = createStore([storage], (object) => dataKey(simulatedId, object), context);
  const dumped = await sendRows(store);
  const commit = await storeDocuments(facts, { dumped, store, cipher }, context);
  const [destination] = store.destinations;
  if (destination === undefined) throw new Error('no destination');
  await commitTo({ commit, objects: store.objects }, { repository, destination }, context);
  if (destination.failure !== undefined) throw destination.failure;
  await writeFile(STATED, await storage.get(commitKey(commit), { maxBytes: 8192 }));
}

/** Cuts, seals and stores the rows; each segment is full. */
async function sendRows(store: ReturnType<typeof createStore>): Promise<DumpedDatabase> {
  let sealed = 0;
  const pipeline = createPipeline({
    ...{ segmentBytes: SEGMENT_BYTES, lanes: 1, md5: true, store, signal: context.signal },
    nameOf: (number) => segmentName(number, true),
    sealers: {
      count: 2,
      seal: async () => ({ ...simulatedSegment(sealed++), release: () => undefined }),
      close: async () => undefined,
    },
    onFailure: (error) => {
      throw error;
    },
  });
  const tally = { read: () => undefined, tableDone: () => undefined };
  const sinks = createSinks(pipeline, tally as unknown as Parameters<typeof createSinks>[1]);
  const row = Buffer.alloc(DATA_BYTES, 'x');
  for (let table = 0; table < tables; table += 1) {
    const sink = sinks.openTable(`${table}.dat`);
    const share = Math.floor(((table + 1) * segments) / tables) - Math.floor((table * segments) / tables);
    for (let number = 0; number < share; number += 1)
      if (!sink.take(row, () => resume())) await new Promise<void>((resolve) => (resume = resolve));
    sink.end();
  }
  await pipeline.finish();
  const sha256Of = (file: string): string => sinks.tables.get(file)?.sha256 ?? '';
  return simulatedDump({ tables, firstDumpId: 0, files: sinks.files, sha256Of });
}
let resume: () => void = () => undefined;

async function committed(): Promise<Commit> {
  return parseCommit(await readFile(STATED), { key: commitKey(simulatedId) });
}

async function verify(): Promise<void> {
  const found = await verifyStored(await committed(), repository, context);
  if (found.damage.length + found.extra.length > 0 || found.objects !== segments + 2) throw new Error('other objects');
}

async function read(): Promise<void> {
  const commit = await committed();
  const documents = await readDocuments(commit, repository);
  if (documents.segments.length !== segments || documents.catalog.tables.length !== tables) throw new Error('others');
  const { files } = documents.catalog;
  createSegments(
    { ...documents, commit, repository, full: undefined, passedOver: [] },
    { files, keep: 6 },
    context.signal,
  );
}

/** What workers list of these segments, and the holder reads of all of them at once. */
async function lists(): Promise<void> {
  const binding = { ...simulatedId, key: derivePartsKey(Buffer.alloc(32, 1)) };
  const store = createStore([storage], (object) => dataKey(simulatedId, object), context);
  const count = Math.ceil(segments / RANGE_SEGMENTS);
  const written = Array.from({ length: count }, (_, index) => {
    const bytes = Math.ceil(segments / count) * SEGMENT_BYTES;
    const one = donePartOf([{ file: `${index}.dat`, bytes }], { number: index + 1, segmentBytes: SEGMENT_BYTES });
    return writeDonePart(one, binding);
  });
  for (const [index, list] of written.entries()) store.adopt((await readDonePart(list, index + 1, binding)).objects);
  if (store.objects.length < segments) throw new Error('others');
}

const begunAt = performance.now();
const parts: Readonly<Record<string, () => Promise<void>>> = { backup: makeBackup, verify, read, lists };
await parts[part]?.();
const peakKib = Number(/VmHWM:\s*(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
process.stdout.write(
  JSON.stringify({ mebibytes: Math.round(peakKib / 1024), seconds: Math.round((performance.now() - begunAt) / 1000) }),
);
