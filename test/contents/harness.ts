import { join } from 'node:path';
import { type CatResult, cat } from '@postgres-backuper/core';
import type { Storage } from '@postgres-backuper/repository';
import { type Postgres, tryRunBytes } from '@postgres-backuper/testing';
import type { Place } from '../restore/harness.ts';

export interface CatEnd {
  readonly result: CatResult;
  readonly bytes: Buffer;
  /** Texts of the events. */
  readonly said: string;
}

/** The rows of a table of the newest backup of that name. */
export async function catOf(
  table: string,
  { name, format = 'text' }: { readonly name: string; readonly format?: 'text' | 'csv' },
  place: Pick<Place, 'repository' | 'context'>,
): Promise<CatEnd> {
  const parts: Buffer[] = [];
  const write = async (bytes: Uint8Array) => parts.push(Buffer.from(bytes)) > 0;
  const context = place.context();
  const request = { name, target: { latest: true }, table, format } as const;
  const result = await cat(request, { repository: place.repository, output: { write } }, context);
  const said = context.events.map((event) => ('text' in event ? event.text : '')).join('\n');
  return { result, bytes: Buffer.concat(parts), said };
}

/** What `COPY … TO STDOUT` of the server gives, in the database's encoding. */
export async function copyOf(
  source: string,
  { dbname, format = 'text' }: { readonly dbname: string; readonly format?: 'text' | 'csv' },
  postgres: Postgres,
): Promise<Buffer> {
  const encoding = await postgres.psql('SHOW server_encoding', dbname);
  const options = format === 'csv' ? '(FORMAT csv, HEADER)' : '';
  const query = `SET client_encoding = '${encoding}'; COPY ${source} TO STDOUT ${options}`;
  const words = ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', dbname, '-c', query];
  const end = await tryRunBytes(join(postgres.binDir, 'psql'), words, { env: { ...postgres.env } });
  if (end.status !== 0) throw new Error(String(end.stderr));
  return end.stdout;
}

/** The same storage, and the keys that were read. */
export function noting(storage: Storage): { readonly storage: Storage; readonly read: string[] } {
  const read: string[] = [];
  const noted: Storage = Object.create(storage, {
    get: {
      value: (key: string, options: Parameters<Storage['get']>[1]) => {
        read.push(key);
        return storage.get(key, options);
      },
    },
  });
  return { storage: noted, read };
}
