import { type Resolved, type SettingsOf, say, settingsError } from '@postgres-backuper/options';
import { asksFor } from './asked.ts';
import { checkParts } from './parts-request.ts';
import { readSqlFiles } from './sql-files.ts';

/** Those of a backup, or of the check before it. */
type Backing = 'backup' | 'check';

/** What cannot go together, and files that cannot be read, before a backup begins. `now`: for the label. Errors: configuration-invalid. */
export function checkBackupSettings(resolved: Resolved<Backing>, now: number): void {
  checkAsserts(resolved);
  checkSkipped(resolved.settings);
  checkParts(resolved.settings, now);
}

/** A drill of the backup reads the files. */
function checkAsserts(resolved: Resolved<Backing>): void {
  const { settings, sources } = resolved;
  if (asksFor(resolved, 'assert') && settings.verify !== 'restore') {
    const text = `${sources.get('assert')} is for the drill of ${say.option('verify', 'restore')}`;
    throw settingsError([text], 'give both, or neither');
  }
  readSqlFiles('assert', settings.assert);
}

function checkSkipped({ incremental, skipUnchanged, verifySkipped }: SettingsOf<Backing>): void {
  if (skipUnchanged && !incremental)
    throw settingsError([`${say.given('skipUnchanged')} is for ${say.option('incremental')}`], 'give both, or neither');
  if (verifySkipped > 0 && !skipUnchanged)
    throw settingsError(
      [`${say.given('verifySkipped')} is for ${say.option('skipUnchanged')}`],
      'give both, or neither',
    );
}

/** Errors: configuration-invalid for one name of several databases. */
export function requireOneName({ name }: SettingsOf<Backing>, numberOfDatabases: number): void {
  if (name === undefined || numberOfDatabases <= 1) return;
  throw settingsError(
    [`one name, from ${say.given('name')}, cannot stand for several databases`],
    `leave it out: each has its own name`,
  );
}
