import { say, settingsError } from '@postgres-backuper/options';

/** The time in the name of a file of the original scripts, in the local time of its maker. */
const NAME = /^backup_(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)(?![0-9A-Za-z])/;

/**
 * When a file was made, milliseconds since 1970: as given, or from its name, as UTC. The file system's time is that of the
 * last copy. Errors: configuration-invalid without either, or for a time to come.
 */
export function importTime(file: string, given: number | undefined, now: number): number {
  const at = given ?? timeOfName(file.split('/').findLast((part) => part !== '') ?? '');
  const how = `give the time when it was made with ${say.option('fileDate')}, e.g. 2024-03-15T12:00Z`;
  if (at === undefined) throw settingsError([`'${file}' does not say when it was made`], how);
  if (at <= now) return at;
  throw settingsError([`'${file}' cannot be made at ${new Date(at).toISOString()}: that is to come`], how);
}

function timeOfName(name: string): number | undefined {
  const [, year, month, day, hour, minute, second] = NAME.exec(name) ?? [];
  const text = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const at = Date.parse(text);
  return !Number.isNaN(at) && new Date(at).toISOString() === text ? at : undefined;
}

/** The database that the settings name. Errors: configuration-invalid for several, or an empty name. */
export function importDatabase(databases: readonly string[]): string | undefined {
  const [database, ...others] = databases;
  if (others.length > 0) throw settingsError(['several databases are named'], 'a file is a dump of one: name that');
  if (database === '') throw settingsError(['the name of the database is empty'], 'leave it out, or write the name');
  return database;
}
