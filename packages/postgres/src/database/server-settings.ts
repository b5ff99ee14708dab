import type { HbaRule, ServerSetting } from '@postgres-backuper/format';
import { isRefusedStatement } from '../session/answers.ts';
import type { Session } from '../session/psql.ts';
import { sql, wholeNumber } from '../session/sql.ts';
import { type FoundSetting, withoutSecret, withoutSecrets } from './setting-secrets.ts';

/** Settings of the server, beside its data: nothing restores them. */
export interface ServerConfiguration {
  readonly settings: readonly ServerSetting[];
  /** Undefined: the role may not read them. */
  readonly hbaRules: readonly HbaRule[] | undefined;
  /** Why some of it is not there; empty: all is. */
  readonly lacks: readonly string[];
}

/**
 * Those that neither the build nor a database, a role or a session decides, and the facts of the cluster. What this
 * session has set itself is still known, without its source.
 */
const SETTINGS = sql`SELECT name, vartype AS type, nullif(source, 'session') AS source, sourcefile AS file,
    CASE source WHEN 'session' THEN reset_val || coalesce(unit, '') ELSE pg_catalog.current_setting(name) END AS value
  FROM pg_catalog.pg_settings WHERE source IN ('configuration file', 'command line', 'environment variable', 'global')
    OR (source = 'session' AND reset_val <> boot_val AND name <> 'client_encoding') OR (source = 'override' AND context = 'internal') ORDER BY name`;

/** A catalog holds no list of any length. */
const RULES_MAX = 10_000;

const HBA_RULES = sql`SELECT type, coalesce(database, '{}') AS databases, coalesce(user_name, '{}') AS users, address, netmask,
  auth_method AS method, coalesce(options, '{}') AS options
  FROM pg_catalog.pg_hba_file_rules WHERE error IS NULL ORDER BY line_number LIMIT ${wholeNumber(RULES_MAX)}`;

/**
 * Reads what differs from the defaults, without values that may hold a secret. The rules are read in the transaction of
 * `session`, in the database where the right to read them is granted. What may not be
 * read is no error. Errors: those of a lost session.
 */
export async function readServerConfiguration(cluster: Session, session: Session): Promise<ServerConfiguration> {
  const lacks: string[] = [];
  const [may] = await session.query<{ all: boolean; rules: boolean }>(
    sql`SELECT pg_catalog.pg_has_role('pg_read_all_settings', 'USAGE') AS "all",
               pg_catalog.has_table_privilege('pg_catalog.pg_hba_file_rules', 'SELECT')
                 AND pg_catalog.has_function_privilege('pg_catalog.pg_hba_file_rules()', 'EXECUTE') AS rules`,
  );
  const settings = await orNone(cluster.query<FoundSetting>(SETTINGS));
  const rules = may?.rules === true ? await readRules(session) : undefined;
  if (may?.all !== true || settings === undefined) lacks.push('settings that only pg_read_all_settings may read');
  if (rules === undefined) lacks.push('the rules of pg_hba.conf');
  if (rules?.length === RULES_MAX) lacks.push(`rules of pg_hba.conf after the first ${RULES_MAX}`);
  return { settings: (settings ?? []).map(withoutSecret), hbaRules: rules?.map(withoutSecrets), lacks };
}

/** A file that the server cannot read is an error there, which must not end the transaction of the snapshot. */
async function readRules(session: Session): Promise<readonly HbaRule[] | undefined> {
  await session.execute(sql`SAVEPOINT rules`);
  const rules = await orNone(session.query<HbaRule>(HBA_RULES));
  await session.execute(sql`ROLLBACK TO SAVEPOINT rules`);
  return rules;
}

async function orNone<Rows>(rows: Promise<Rows>): Promise<Rows | undefined> {
  try {
    return await rows;
  } catch (error) {
    if (isRefusedStatement(error)) return undefined;
    throw error;
  }
}
