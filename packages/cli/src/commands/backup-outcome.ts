import { BackuperError, EXIT_STATUSES } from '@postgres-backuper/base';
import { type BackupsResult, type MadeBackup, YOUNG } from '@postgres-backuper/hosts';
import { say } from '@postgres-backuper/options';
import type { CommandInput, Outcome } from '../command.ts';
import { backupText } from '../print/backup.ts';
import type { ClosedDatabase } from '../services/databases.ts';

/** The outcome of all backups of one command: exit status 4 when something that was asked for is missing. */
export function backupOutcome(
  made: {
    backups: readonly MadeBackup[];
    skipped: readonly string[];
    errors: readonly ClosedDatabase[];
  },
  { terminal, resolved: { settings } }: CommandInput<'backup'>,
): Outcome<'backup'> {
  const { backups, skipped } = made;
  const more = made.errors.flatMap(({ database, error }) =>
    furtherProblems(error).map((text) => `'${database}': ${text}`),
  );
  const failures = made.errors.map(({ database, error }) => ({ database, error: describe(error) }));
  const result = { backups, skipped, failures };
  const text = backups.map((one) => backupText(one, terminal.colours.out)).join('\n');
  const [first] = made.errors;
  if (first !== undefined) return partly({ result, text }, first.error, more);
  const missing = backups.flatMap(({ destinations }) => destinations.filter(({ committed }) => !committed));
  if (missing.length > 0) return { result, text, exit: EXIT_STATUSES.partial };
  const lost = lostData(backups, settings.allowMissingData);
  if (lost.length > 0) return withoutData({ result, text }, lost);
  const unusual = settings.failOnAnomaly ? backups.filter(({ anomalies }) => anomalies.length > 0) : [];
  if (unusual.length > 0) return anomalous({ result, text }, unusual);
  const failedAfter = backups.flatMap(({ afterProblem }) => afterProblem ?? []);
  if (failedAfter.length > 0) return notDoneAfter({ result, text }, failedAfter);
  if (backups.length === 0 && skipped.length > 0) {
    return { result, text: `skipped: ${YOUNG}\n`, exit: EXIT_STATUSES.skipped };
  }
  return { result, text };
}

interface Made {
  readonly result: BackupsResult;
  readonly text: string;
}

/** With at least one backup: partly-done. Without any: the code of the first error. */
function partly({ result, text }: Made, first: BackuperError, more: readonly string[]): Outcome<'backup'> {
  const { backups, skipped, failures } = result;
  const problems = failures.map(({ database, error }) => `'${database}': ${error.message}`);
  const done = backups.length + skipped.length;
  const names = failures.map(({ database }) => `'${database}'`).join(', ');
  const message = `${problems.length} of ${problems.length + done} databases ${problems.length === 1 ? 'has' : 'have'} no backup: ${names}`;
  const { hint } = first;
  const code = done > 0 ? 'partly-done' : first.code;
  const whole = { ...result, problems: [...problems, ...more] };
  return { result: whole, text, error: new BackuperError(code, message, { hint, result: whole }) };
}

/** `schema.table` of data missing in the backups that neither a selection nor --allow-missing-data leaves out. */
function lostData(backups: readonly MadeBackup[], allowed: readonly string[]): readonly string[] {
  const names = backups.flatMap(({ missingData }) => missingData.map(({ schema, table }) => `${schema}.${table}`));
  return allowed.includes('*') ? [] : names.filter((name) => !allowed.includes(name));
}

function withoutData({ result, text }: Made, lost: readonly string[]): Outcome<'backup'> {
  const names = lost.map((name) => `'${name}'`).join(', ');
  const message = `a standby has no rows of unlogged tables, so these are not in the backup: ${names}`;
  const hint = `back up the primary, or name them in ${say.option('allowMissingData')}`;
  return { result, text, error: new BackuperError('partly-done', message, { hint, result }) };
}

/** The backups are stored and good: only what the user asked for in addition is missing. */
function notDoneAfter({ result, text }: Made, problems: readonly string[]): Outcome<'backup'> {
  const whole = { ...result, problems };
  const hint = `the backup is stored and whole: look at what the command wrote into the log, and mend it; one that may fail ends with '|| true'`;
  return { result: whole, text, error: new BackuperError('partly-done', problems.join('; '), { hint, result: whole }) };
}

function anomalous({ result, text }: Made, unusual: readonly MadeBackup[]): Outcome<'backup'> {
  const problems = unusual.flatMap(({ label, database, anomalies }) =>
    anomalies.map((one) => `'${label}' of '${database}': ${one.text}`),
  );
  const hint = `the backup is stored: look whether the database is the right one and whole, and change what counts as unusual if it is (${say.option('anomalyShrink')})`;
  const whole = { ...result, problems };
  return {
    result: whole,
    text,
    error: new BackuperError('anomaly-found', problems.join('; '), { hint, result: whole }),
  };
}

/** What failed besides, e.g. the command of --after. */
function furtherProblems({ result, message }: BackuperError): readonly string[] {
  const { problems } = (result ?? {}) as { readonly problems?: unknown };
  return Array.isArray(problems) ? problems.filter((text) => text !== message) : [];
}

function describe({ code, message, hint }: BackuperError): BackupsResult['failures'][number]['error'] {
  return { code, message, hint };
}
