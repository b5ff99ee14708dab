import { readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '@postgres-backuper/base';
import {
  type CatalogTable,
  type Commit,
  commitKey,
  dataKey,
  parseCommit,
  segmentName,
} from '@postgres-backuper/format';
import { createPipeline, createStore, type Repository } from '@postgres-backuper/repository';
import { useLittleMemory } from '../../packages/cli/src/little-memory.ts';
import { commitTo } from '../../packages/core/src/backup/commit.ts';
import { storeDocuments } from '../../packages/core/src/backup/documents.ts';
import type { DumpedDatabase } from '../../packages/core/src/backup/dump-snapshot.ts';
import { createSinks } from '../../packages/core/src/backup/sinks.ts';
import { createSegments } from '../../packages/core/src/restore/segments.ts';
import { verifyStored } from '../../packages/core/src/verify/verify-stored.ts';
import { sampleCatalog, sampleCommit } from '../../packages/format/src/samples.test-data.ts';
import { readDocuments } from '../../packages/repository/src/read/read.ts';
import { simulatedSegment, simulatedStorage } from './simulated-storage.ts';

/**
 * A process that does one part of a backup of many segments, and writes its peak of memory, in MiB:
 * `backup FOLDER SEGMENTS TABLES` stores, lists and commits; `verify …` compares with the listing; `read …` reads the
 * list and the catalog. What pg_dump and OpenPGP do is left out; everything else is the program's own code.
 */
useLittleMemory();
const [part = '', folder = '', segmentsText, tablesText] = process.argv.slice(2);
const [segments, tables] = [Number(segmentsText), Number(tablesText)];

/** Room for a header, 512 bytes of data, and the end. */
const SEGMENT_BYTES = 2048;
const DATA_BYTES = 512;
const { name, label, startedAt, encryption, database } = sampleCommit();
const STATED = join(folder, 'committed');

const context = {
  clock: { now: () => Date.now(), elapsed: () => performance.now(), sleep: async () => undefined },
  emit: () => undefined,
  signal: new AbortController().signal,
  tempDir: folder,
  tool: 'postgres-backuper 0.1.0',
} satisfies Context;
const cipher: Repository['cipher'] = {
  ...{ recipients: encryption.recipients, notices: [], readers: '', canDecrypt: true, canEncrypt: true },
  encrypt: async (bytes) => bytes,
  decrypt: async (bytes) => new Uint8Array(bytes), // its input is freed
};
const storage = simulatedStorage({ folder: join(folder, 'objects'), segments });
const repository: Repository = { storage, cipher, encryption: 'openpgp' };

async function makeBackup(): Promise<void> {
  await mkdir(join(folder, 'objects'), { recursive: true });
  const store = createStore([storage], (object) => dataKey({ name, label }, object), context);
  const dumped = await sendRows(store);
  const request = { name, label, startedAt: Date.parse(startedAt), serverVersion: '18.1', clientVersion: '18.1' };
  const documents = { ...request, encryption, origin: undefined, said: {} };
  const commit = await storeDocuments(documents, { dumped, store, cipher }, context);
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
  return describe(sinks.files, sinks);
}
let resume: () => void = () => undefined;

function describe(files: () => readonly unknown[], sinks: ReturnType<typeof createSinks>): DumpedDatabase {
  const { database: properties, extensions, dump } = sampleCatalog();
  const all = Array.from({ length: tables }, (_, table) => tableOf(table, sinks));
  const list = all.map(({ dumpId, table }) => `${dumpId}; 0 16385 TABLE DATA public ${table} owner\n`).join('');
  const toc = { entries: [], pgDumpVersion: '18.1', serverVersion: '18.1' };
  return {
    contents: { toc, list, tables: all, files },
    inventory: { properties, extensions, roles: [], bootstrapRole: 'postgres' },
    ...{ identity: database, clusterEncoding: dump.clusterEncoding, warnings: [], exclusions: [], missing: [] },
    ...{ segments, rawBytes: 0 },
  } as unknown as DumpedDatabase;
}

function tableOf(dumpId: number, { tables: digests }: ReturnType<typeof createSinks>): CatalogTable {
  const [file, table] = [`${dumpId}.dat`, `table_with_a_name_${dumpId}`];
  const columns = Array.from({ length: 12 }, (_, column) => `column_${column}`).join(', ');
  const copyStatement = `COPY public.${table} (${columns}) FROM stdin;\n`;
  const sha256 = digests.get(file)?.sha256 ?? '';
  return { schema: 'public', table, dumpId, file, copyStatement, rows: 1, bytes: 1, sha256, load: 'truncate' };
}

async function committed(): Promise<Commit> {
  return parseCommit(await readFile(STATED), { key: commitKey({ name, label }) });
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

const begunAt = performance.now();
const parts: Readonly<Record<string, () => Promise<void>>> = { backup: makeBackup, verify, read };
await parts[part]?.();
const peakKib = Number(/VmHWM:\s*(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
process.stdout.write(
  JSON.stringify({ mebibytes: Math.round(peakKib / 1024), seconds: Math.round((performance.now() - begunAt) / 1000) }),
);
