import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Postgres } from '@postgres-backuper/testing';

const GALLERY = join(import.meta.dirname, '../../test/gallery/tenants.sql');

/** Makes a database with a schema for each tenant. */
export async function createTenantsDatabase(
  server: Pick<Postgres, 'psql' | 'createDatabase'>,
  { dbname, tenants }: { readonly dbname: string; readonly tenants: number },
): Promise<void> {
  await server.createDatabase(dbname, 'TEMPLATE template0');
  await server.psql(`\\set tenants ${tenants}\n${await readFile(GALLERY, 'utf8')}`, dbname);
  await server.psql('CHECKPOINT');
}
