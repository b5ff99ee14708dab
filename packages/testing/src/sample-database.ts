import type { Postgres } from './postgres.ts';
import { SAMPLE_LOADS, SAMPLE_WORDS, SAMPLE_WORDS_END, sampleLoad } from './sample-data.ts';
import { SAMPLE_FINISH, SAMPLE_SCHEMA } from './sample-schema.ts';

/**
 * Makes a database of about `megabytes` of COPY text and large objects that compress as real data do: four schemas,
 * partitions, foreign keys, identity and generated columns, views, functions, triggers, grants, comments, an
 * extension, about one large object per megabyte. The content is the same each time on the same major. The role
 * sample_reader is made if it is missing.
 */
export async function createSampleDatabase(
  server: Pick<Postgres, 'psql' | 'createDatabase'>,
  request: { readonly dbname: string; readonly megabytes: number },
): Promise<void> {
  const { dbname, megabytes } = request;
  await server.createDatabase(dbname, 'TEMPLATE template0');
  await server.psql(SAMPLE_SCHEMA + SAMPLE_WORDS, dbname);
  await Promise.all(SAMPLE_LOADS.map((loads) => server.psql(sampleLoad(loads, megabytes), dbname)));
  await server.psql(SAMPLE_WORDS_END + SAMPLE_FINISH, dbname);
}
