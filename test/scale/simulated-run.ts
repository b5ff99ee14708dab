import type { Context } from '@postgres-backuper/base';
import type { CatalogTable } from '@postgres-backuper/format';
import type { Repository } from '@postgres-backuper/repository';
import type { DocumentsRequest } from '../../packages/core/src/backup/documents.ts';
import type { DumpedDatabase } from '../../packages/core/src/backup/dump-snapshot.ts';
import { sampleCatalog, sampleCommit } from '../../packages/format/src/samples.test-data.ts';

const { name, label, startedAt, encryption, database } = sampleCommit();

/** Of every simulated backup. */
export const simulatedId = { name, label };

export function simulatedContext(folder: string): Context {
  return {
    clock: { now: () => Date.now(), elapsed: () => performance.now(), sleep: async () => undefined },
    emit: () => undefined,
    signal: new AbortController().signal,
    tempDir: folder,
    tool: 'postgres-backuper 0.1.0',
  };
}

/** Facts of the run, and a cipher that leaves bytes as they are. */
export function simulatedRequest(): { readonly facts: DocumentsRequest; readonly cipher: Repository['cipher'] } {
  const times = { startedAt: Date.parse(startedAt), serverVersion: '18.1', clientVersion: '18.1' };
  return {
    facts: { name, label, ...times, encryption, origin: undefined, said: {} },
    cipher: {
      ...{ recipients: encryption.recipients, notices: [], readers: '', canDecrypt: true, canEncrypt: true },
      encrypt: async (bytes) => bytes,
      decrypt: async (bytes) => new Uint8Array(bytes), // its input is freed
    },
  };
}

/** What a dump of so many tables knows when its rows are stored. */
export function simulatedDump(dump: {
  readonly tables: number;
  readonly firstDumpId: number;
  readonly files: () => readonly unknown[];
  readonly sha256Of?: (file: string) => string;
}): DumpedDatabase {
  const { database: properties, extensions, dump: sample } = sampleCatalog();
  const sha256Of = dump.sha256Of ?? (() => 'a'.repeat(64));
  const all = Array.from({ length: dump.tables }, (_, index) => tableOf(dump.firstDumpId + index, sha256Of));
  const list = all.map(({ dumpId, table }) => `${dumpId}; 0 16385 TABLE DATA public ${table} owner\n`).join('');
  const toc = { entries: [], pgDumpVersion: '18.1', serverVersion: '18.1' };
  return {
    contents: { toc, list, tables: all, files: dump.files },
    inventory: { properties, extensions, roles: [], bootstrapRole: 'postgres' },
    ...{ identity: database, clusterEncoding: sample.clusterEncoding, warnings: [], exclusions: [], missing: [] },
    ...{ segments: 0, rawBytes: 0 },
  } as unknown as DumpedDatabase;
}

function tableOf(dumpId: number, sha256Of: (file: string) => string): CatalogTable {
  const [file, table] = [`${dumpId}.dat`, `table_with_a_name_${dumpId}`];
  const columns = Array.from({ length: 12 }, (_, column) => `column_${column}`).join(', ');
  const copyStatement = `COPY public.${table} (${columns}) FROM stdin;\n`;
  const facts = { rows: 1, bytes: 1, sha256: sha256Of(file), load: 'truncate' } as const;
  return { schema: 'public', table, dumpId, file, copyStatement, ...facts };
}
