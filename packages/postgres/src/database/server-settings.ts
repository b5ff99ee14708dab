import { numberOf } from '@postgres-backuper/base';
import type { HbaRule, ServerSetting } from '@postgres-backuper/format';
import { isRefusedStatement } from '../session/answers.ts';
import type { Session } from '../session/psql.ts';
import { sql, wholeNumber } from '../session/sql.ts';
import { type FoundSetting, withoutSecret, withoutSecrets } from './setting-secrets.ts';

/** Settings of the server, beside its data: nothing restores them. */
export interface ServerConfiguration {
  readonly settings: readonly ServerSetting[];
  /** Undefined: the role may not read them, or they are too large. */
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

const MAY_READ_SETTINGS = sql`SELECT pg_catalog.pg_has_role('pg_read_all_settings', 'USAGE') AS "all"`;

const MAY_READ_RULES = sql`SELECT pg_catalog.has_table_privilege('pg_catalog.pg_hba_file_rules', 'SELECT')
  AND pg_catalog.has_function_privilege('pg_catalog.pg_hba_file_rules()', 'EXECUTE') AS rules`;

/** A reader of a catalog holds all rules at once: `@file` in each of them repeats what the file names. */
const RULES_MAX_BYTES = 1024 * 1024;

/** The server gives them in the order in which it asks them; a number of a line is one of its own file. */
const HBA_RULES = sql`WITH found AS MATERIALIZED (SELECT error, (SELECT pg_catalog.row_to_json(rule) FROM (
      SELECT type, coalesce(database, '{}') AS databases, coalesce(user_name, '{}') AS users, address, netmask,
        auth_method AS method, coalesce(options, '{}') AS options) rule) AS rule
    FROM pg_catalog.pg_hba_file_rules)
  SELECT (SELECT pg_catalog.count(*) FROM found WHERE error IS NOT NULL) AS wrong,
    CASE WHEN (SELECT coalesce(pg_catalog.sum(pg_catalog.octet_length(rule::text)), 0) FROM found WHERE error IS NULL)
        <= ${wholeNumber(RULES_MAX_BYTES)}
      THEN (SELECT coalesce(pg_catalog.json_agg(rule), '[]') FROM found WHERE error IS NULL) END AS rules`;

interface FoundRules {
  /** Lines that the server cannot use. */
  readonly wrong: number;
  /** Null: too large. */
  readonly rules: readonly HbaRule[] | null;
}

/**
 * Reads what differs from the defaults, without values that may hold a secret. The rules are read in the transaction of
 * `session`, in the database where the right to read them is granted. What may not be
 * read is no error. Errors: those of a lost session.
 */
export async function readServerConfiguration(cluster: Session, session: Session): Promise<ServerConfiguration> {
  const [may] = (await orNone(cluster.query<{ all: boolean }>(MAY_READ_SETTINGS))) ?? [];
  const settings = await orNone(cluster.query<FoundSetting>(SETTINGS));
  const found = await readRules(session);
  const isAll = may?.all === true && settings !== undefined;
  return {
    settings: (settings ?? []).map(withoutSecret),
    hbaRules: found?.rules?.map(withoutSecrets),
    lacks: [...(isAll ? [] : ['settings that only pg_read_all_settings may read']), ...lacksOf(found)],
  };
}

function lacksOf(found: FoundRules | undefined): readonly string[] {
  if (found === undefined) return ['the rules of pg_hba.conf'];
  const { wrong, rules } = found;
  return [
    ...(rules === null ? [`the rules of pg_hba.conf, which take more than ${RULES_MAX_BYTES} bytes`] : []),
    ...(wrong > 0 ? [`${numberOf(wrong, 'line')} of pg_hba.conf with an error`] : []),
  ];
}

/** What the server refuses, such as a file that it cannot read, must not end the transaction of the snapshot. */
async function readRules(session: Session): Promise<FoundRules | undefined> {
  await session.execute(sql`SAVEPOINT rules`);
  const [may] = (await orNone(session.query<{ rules: boolean }>(MAY_READ_RULES))) ?? [];
  const [found] = may?.rules === true ? ((await orNone(session.query<FoundRules>(HBA_RULES))) ?? []) : [];
  await session.execute(sql`ROLLBACK TO SAVEPOINT rules`);
  return found;
}

async function orNone<Rows>(rows: Promise<Rows>): Promise<Rows | undefined> {
  try {
    return await rows;
  } catch (error) {
    if (isRefusedStatement(error)) return undefined;
    throw error;
  }
}
