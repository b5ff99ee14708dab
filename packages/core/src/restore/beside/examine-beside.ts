import type { Context } from '@postgres-backuper/base';
import { type Client, literal, sql, withSession } from '@postgres-backuper/postgres';
import type { DumpTexts } from '../copy-session.ts';
import {
  blockingFirst,
  type ExaminedDatabase,
  type ExistingServices,
  examineExisting,
} from '../existing/examine-existing.ts';
import type { Finding } from '../target/finding.ts';

/** Longest name that the server does not cut, bytes. */
const NAME_MAX_BYTES = 63;

/** Looks at a database that is to get a new schema, and changes nothing. Errors: those of examineExisting. */
export async function examineBeside(
  request: { readonly database: string; readonly intoSchema: string },
  services: ExistingServices & { readonly dump: DumpTexts },
  context: Context,
): Promise<ExaminedDatabase> {
  const examined = await examineExisting(request, services, context);
  const { client } = examined;
  const there = client === undefined ? [] : judgeSchema(request, await readSchema(request, client, context));
  return { ...examined, findings: blockingFirst([...names(request, services.dump), ...there, ...examined.findings]) };
}

interface SchemaFacts {
  readonly exists: boolean;
  readonly creates: boolean;
}

async function readSchema(
  { intoSchema }: { readonly intoSchema: string },
  client: Client,
  context: Context,
): Promise<SchemaFacts> {
  const [facts] = await withSession(client, context, (session) =>
    session.query<SchemaFacts>(
      sql`SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = ${literal(intoSchema)}) AS exists,
                 pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') AS creates`,
    ),
  );
  return facts ?? { exists: false, creates: false };
}

function judgeSchema(
  { database, intoSchema }: { readonly database: string; readonly intoSchema: string },
  { exists, creates }: SchemaFacts,
): readonly Finding[] {
  const findings: Finding[] = [];
  if (exists) {
    const what = `schema '${intoSchema}' exists in '${database}'`;
    const solution = 'name one that does not exist';
    findings.push({ kind: 'database', severity: 'blocks', code: 'database-exists', what, solution });
  }
  if (!creates) {
    const what = `the role may not create schemas in '${database}'`;
    const solution = 'let the owner of the database run GRANT CREATE ON DATABASE … TO … first';
    findings.push({ kind: 'privilege', severity: 'blocks', code: 'privilege-missing', what, solution });
  }
  return findings;
}

/** Definitions are in the encoding of the backup, and read as it says. */
function names({ intoSchema }: { readonly intoSchema: string }, dump: DumpTexts): readonly Finding[] {
  const fits = dump.encoding === 'UTF8' || /^[\x20-\x7e]*$/.test(intoSchema);
  if (fits && dump.standardStrings !== false && Buffer.byteLength(intoSchema) <= NAME_MAX_BYTES) return [];
  const what = `schema '${intoSchema}' cannot be named in the definitions of this backup`;
  const solution = 'give a short name in ASCII; with standard_conforming_strings off, restore into a new database';
  return [{ kind: 'object', severity: 'blocks', code: 'restore-failed', what, solution }];
}
