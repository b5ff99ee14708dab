/**
 * `node synthetic-source.ts DIRECTORY FILE…`: sends rows that lie in files through the pipeline of a backup, as
 * pg_dump would, without a server: named pipes, hashes, compression, encryption for BACKUP_PUBLIC_KEY, storage.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createCopyDigest } from '@postgres-backuper/format';
import { createOpenPgpCipher } from '@postgres-backuper/openpgp';
import { createPipeline, createSealers, createStore, type Pipeline } from '@postgres-backuper/repository';
import { createLocalStorage } from '@postgres-backuper/storage-local';
import { sealThreads } from '../../packages/cli/src/services/threads.ts';
import { readFifo } from '../../packages/postgres/src/dump/fifo.ts';

/** As `backup` has it by default. */
const SEGMENT_BYTES = 8 * 1024 ** 2;

const [directory = '', ...files] = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), 'synthetic-'));
const cipher = await createOpenPgpCipher({
  publicKeys: [await readFile(process.env.BACKUP_PUBLIC_KEY ?? '', 'utf8')],
  now: Date.now(),
});
const storage = createLocalStorage({ directory });
/** A backup leaves one processor to pg_dump and the main thread; nothing here needs as much as pg_dump. */
const threads = { ...sealThreads(files.length), count: availableParallelism() };
const sealers = createSealers(cipher, { threads, segmentBytes: SEGMENT_BYTES });
const pipeline = createPipeline({
  segmentBytes: SEGMENT_BYTES,
  lanes: files.length,
  sealers,
  md5: false,
  store: createStore([storage], (name) => `synthetic/${name}`, { emit: () => undefined }),
  nameOf: (number) => `${number}.tar.zst.pgp`,
  signal: new AbortController().signal,
  onFailure: (error) => console.error(error),
});
await Promise.all(files.map((file) => send(file, pipeline)));
await pipeline.finish();
await sealers.close();
await rm(folder, { recursive: true });

async function send(file: string, { open }: Pipeline): Promise<void> {
  const fifo = join(folder, basename(file));
  await once(spawn('mkfifo', [fifo]), 'exit');
  const digest = createCopyDigest();
  const cut = open(`${basename(file)}.dat`, (span) => digest.update(span));
  const reader = readFifo(fifo, { take: cut.write, room: cut.room, filled: cut.filled });
  const writer = openSync(fifo, 'w');
  const program = spawn('cat', [file], { stdio: ['ignore', writer, 'inherit'] });
  closeSync(writer);
  await Promise.all([reader.ended, once(program, 'exit')]);
  cut.end();
  console.log(digest.end().sha256);
}
