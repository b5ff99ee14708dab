import type { ObjectSelection, RestoreRequest } from '@postgres-backuper/core';
import { type SettingsOf, say, settingsError } from '@postgres-backuper/options';
import { restoreParts } from './restore-parts-request.ts';
import { readSqlFiles } from './sql-files.ts';

/** What is restored, and how, but for backup and database. Errors: configuration-invalid. */
export function restoreRequest(
  settings: SettingsOf<'restore'>,
): Omit<RestoreRequest, 'name' | 'target'> & { policies: boolean; tablespaces: boolean } {
  if (settings.withPasswords && !settings.createRoles) {
    const text = `${say.option('withPasswords')} is about roles that a restore creates`;
    throw settingsError([text], `give ${say.option('createRoles')} as well`);
  }
  checkDestination(settings);
  return {
    into: settings.into,
    intoEmpty: settings.intoEmpty,
    replace: settings.replace,
    disconnect: settings.disconnect,
    dropOld: settings.dropOld,
    maintenanceDatabases: settings.maintenanceDb,
    jobs: settings.jobs,
    owner: !settings.noOwner,
    privileges: !settings.noPrivileges,
    tablespaces: !settings.noTablespaces,
    policies: !settings.noPolicies,
    eventTriggers: !settings.noEventTriggers,
    publications: !settings.noPublications,
    subscriptions: !settings.noSubscriptions,
    comments: !settings.noComments,
    securityLabels: !settings.noSecurityLabels,
    excludeExtensions: settings.excludeExtension,
    roleMap: readRoleMap(settings.roleMap),
    createRoles: settings.createRoles ? (settings.withPasswords ? 'with-passwords' : 'no-login') : undefined,
    locale: settings.locale,
    localeProvider: settings.localeProvider,
    analyze: !settings.noAnalyze,
    strict: settings.strict,
    toOlder: settings.toOlder,
    resume: settings.resume,
    transforms: readSqlFiles('transform', settings.transform),
    asserts: readSqlFiles('assert', settings.assert),
    selection: objectSelection(settings),
    intoSchema: settings.intoSchema,
    parts: restoreParts(settings),
    rows: isOfRows(settings) ? { truncate: settings.truncate, lockTimeoutMs: settings.lockTimeout } : undefined,
  };
}

/** Options that leave a part out: such a database must not replace a whole one. */
const PARTS = [
  'table',
  'schema',
  'excludeTable',
  'excludeSchema',
  'excludeTableData',
  'schemaOnly',
  'section',
] as const;

/** Options that have no meaning beside another one. */
const EXCLUSIVE = {
  schemaOnly: ['section'],
  intoSchema: [
    ...(['dataOnly', 'section', 'schemaOnly', 'intoEmpty', 'replace', 'resume', 'createRoles', 'roleMap'] as const),
    ...(['excludeExtension', 'locale', 'localeProvider', 'transform', 'assert', 'compareLive'] as const),
  ],
  dataOnly: [
    ...([
      'section',
      'intoEmpty',
      'replace',
      'schemaOnly',
      'resume',
      'createRoles',
      'roleMap',
      'excludeExtension',
    ] as const),
    ...(['locale', 'localeProvider', 'transform', 'assert', 'compareLive'] as const),
  ],
  intoEmpty: ['into', 'replace', 'locale', 'localeProvider'],
  replace: ['into', ...PARTS],
} as const;

/** Errors: configuration-invalid. */
function checkDestination(settings: SettingsOf<'restore'>): void {
  const problems = (['schemaOnly', 'intoSchema', 'dataOnly', 'intoEmpty', 'replace'] as const)
    .filter((name) => isGiven(settings[name]))
    .flatMap((name) => {
      const others = EXCLUSIVE[name].filter((other) => isGiven(settings[other]));
      return others.map((other) => `${say.option(other)}: not possible with ${say.option(name)}`);
    });
  for (const name of ['disconnect', 'dropOld'] as const)
    if (settings[name] && settings.replace === undefined)
      problems.push(`${say.option(name)}: only with ${say.option('replace')}`);
  if (settings.truncate && !isOfRows(settings))
    problems.push(`${say.option('truncate')}: only with ${say.option('dataOnly')}`);
  if (problems.length > 0) throw settingsError(problems, 'leave it out');
  if (settings.intoSchema !== undefined && (settings.into === undefined || chosen(settings) === 0)) {
    const text = `${say.option('intoSchema')} is for chosen tables, in a database that exists`;
    const hint = `give ${say.option('into')}, and ${say.option('table')} or ${say.option('schema')}`;
    throw settingsError([text], hint);
  }
  if (isOfRows(settings)) checkRows(settings);
  else if (settings.section.length > 0 && !settings.section.includes('pre-data')) {
    const text = `${say.option('section')}: what is in post-data stands on tables, which are in pre-data`;
    throw settingsError([text], `give ${say.option('section', 'pre-data')} as well`);
  }
}

function chosen({ table, schema }: SettingsOf<'restore'>): number {
  return table.length + schema.length;
}

/** Only rows, into tables that exist. */
function isOfRows({ dataOnly, section }: SettingsOf<'restore'>): boolean {
  return dataOnly || (section.length > 0 && section.every((one) => one === 'data'));
}

/** Errors: configuration-invalid. */
function checkRows(settings: SettingsOf<'restore'>): void {
  const problems = EXCLUSIVE.dataOnly
    .filter((name) => name !== 'section' && isGiven(settings[name]))
    .map((name) => `${say.option(name)}: not possible with rows alone`);
  if (problems.length > 0) throw settingsError(problems, 'leave it out');
  if (settings.into !== undefined) return;
  const text = 'rows alone go into a database that exists';
  throw settingsError([text], `name it with ${say.option('into')}`);
}

function isGiven(value: string | number | boolean | readonly string[] | undefined): boolean {
  return typeof value === 'object' ? value.length > 0 : value !== undefined && value !== false;
}

/** `old=new` each; the name in the backup ends at the first `=`. Errors: configuration-invalid. */
export function readRoleMap(pairs: readonly string[]): ReadonlyMap<string, string> {
  const map = new Map<string, string>();
  const problems = pairs.flatMap((pair) => {
    const [, from, to] = /^([^=]+)=([\s\S]+)$/.exec(pair) ?? [];
    if (from === undefined || to === undefined) return [`${say.given('roleMap')}: '${pair}' is not OLD=NEW`];
    if (map.has(from)) return [`${say.given('roleMap')} names '${from}' twice`];
    map.set(from, to);
    return [];
  });
  if (problems.length > 0) throw settingsError(problems, 'give the name in the backup, =, and the name on this server');
  return map;
}

/** Undefined: everything. */
function objectSelection(settings: SettingsOf<'restore'>): ObjectSelection | undefined {
  const { table, schema, excludeTable, excludeSchema, excludeTableData, schemaOnly, section } = settings;
  const names = [table, schema, excludeTable, excludeSchema, excludeTableData, section];
  if (!schemaOnly && names.every(({ length }) => length === 0)) return undefined;
  return {
    tables: table,
    schemas: schema,
    excludeTables: excludeTable,
    excludeSchemas: excludeSchema,
    excludeTableData,
    schemaOnly,
    sections: section.length === 0 ? undefined : section,
  };
}
