import { type Resolved, type SettingsOf, say, settingsError } from '@postgres-backuper/options';
import { asksFor } from './asked.ts';
import { checkParts } from './parts-request.ts';
import { readSqlFiles } from './sql-files.ts';

/**
 * What cannot go together, and files that cannot be read, before a backup begins. `now`: for the label. Not for `check`, which may be given
 * less than the backup after it: half of what goes together, and no secret to read with. Errors: configuration-invalid.
 */
export function checkBackupSettings(resolved: Resolved<'backup'>, now: number): void {
  checkAsserts(resolved);
  checkSkipped(resolved.settings);
  checkParts(resolved, now);
}

/** A drill of the backup reads the files. */
function checkAsserts(resolved: Resolved<'backup'>): void {
  const { settings, sources } = resolved;
  if (asksFor(resolved, 'assert') && settings.verify !== 'restore') {
    const text = `${sources.get('assert')} is for the drill of ${say.option('verify', 'restore')}`;
    throw settingsError([text], 'give both, or neither');
  }
  readSqlFiles('assert', settings.assert);
}

function checkSkipped({ incremental, skipUnchanged, verifySkipped }: SettingsOf<'backup'>): void {
  if (skipUnchanged && !incremental)
    throw settingsError([`${say.given('skipUnchanged')} is for ${say.option('incremental')}`], 'give both, or neither');
  if (verifySkipped > 0 && !skipUnchanged)
    throw settingsError(
      [`${say.given('verifySkipped')} is for ${say.option('skipUnchanged')}`],
      'give both, or neither',
    );
}

/** Errors: configuration-invalid for one name of several databases. */
export function requireOneName({ name }: SettingsOf<'backup' | 'check'>, numberOfDatabases: number): void {
  if (name === undefined || numberOfDatabases <= 1) return;
  throw settingsError(
    [`one name, from ${say.given('name')}, cannot stand for several databases`],
    `leave it out: each has its own name`,
  );
}
