import type { RestoreResult, VerifiedBackup } from '@postgres-backuper/core';
import type { CommandDocument } from './host.ts';
import { assertionName, lackingIn, lackingObjects, unmetIn } from './lacking.ts';
import { type Told, toldBy } from './results.ts';

/** One verified backup as a suite of tests: one per table, and one for its objects. */
export interface VerifiedSuite {
  readonly name: string;
  readonly tests: readonly VerifiedTest[];
}

export interface VerifiedTest {
  readonly name: string;
  /** What is wrong; empty for a test that passed. */
  readonly failure: readonly string[];
  /** Why it was not tried. */
  readonly skipped?: string;
}

/** Texts may hold any character. */
export function verifiedSuites(document: CommandDocument): readonly VerifiedSuite[] {
  const { verified, restored } = toldBy(document);
  return [
    ...verified.flatMap((one) => one.backups.map((backup) => suite(one, backup, verified.length > 1))),
    ...restored.flatMap((one) =>
      'objects' in one && one.objects.length + one.notLoaded.length + one.assertions.length > 0
        ? [restoredSuite(one)]
        : [],
    ),
  ];
}

/** A restore that is not whole: each table, and each object that is not there as it was. */
function restoredSuite(result: RestoreResult): VerifiedSuite {
  const tables = result.tables.map(({ schema, table }) => ({ name: `TABLE DATA ${schema} ${table}`, failure: [] }));
  const failed = lackingIn(result).map((one) => ({ name: one.what, failure: [`${one.how}: ${one.why}`] }));
  return { name: 'restore', tests: [...tables, ...metTests(result), ...failed] };
}

/** The name has the label only if several backups are verified: the history of a test depends on its name. */
function suite(
  { location, name, level, backups }: Told['verified'][number],
  backup: VerifiedBackup,
  isOneOfSeveral: boolean,
): VerifiedSuite {
  const parts = [
    `verify ${level}`,
    ...(isOneOfSeveral ? [`'${name}' in ${location}`] : []),
    ...(backups.length > 1 ? [backup.label] : []),
  ];
  return {
    name: parts.join(' '),
    tests: [...tableTests(backup), objectTest(backup), ...assertedTests(backup), ...notDrilled(backup)],
  };
}

function metTests({ assertions }: Pick<VerifiedBackup, 'assertions'>): readonly VerifiedTest[] {
  return assertions.filter(({ ok }) => ok).map(({ name }) => ({ name: assertionName(name), failure: [] }));
}

function assertedTests(backup: VerifiedBackup): readonly VerifiedTest[] {
  const unmet = unmetIn(backup.assertions).map(({ what, how, why }) => ({
    name: what,
    failure: [why === '' ? how : `${how}: ${why}`],
  }));
  return [...metTests(backup), ...unmet];
}

function tableTests({ tables, damage }: VerifiedBackup): readonly VerifiedTest[] {
  return tables.map((one) => {
    const name = `${one.schema}.${one.table}`;
    const failed = 'proof' in one ? one.proof === 'failed' : !one.ok;
    const texts = damage.filter(({ table }) => table === name).map(({ text }) => text);
    return { name, failure: texts.length > 0 || !failed ? texts : ['its rows are not those of the backup'] };
  });
}

/** All damage outside of the listed tables. */
function objectTest({ label, ok, tables, damage }: VerifiedBackup): VerifiedTest {
  const names = new Set(tables.map(({ schema, table }) => `${schema}.${table}`));
  const rest = damage.filter(({ table }) => table === undefined || !names.has(table)).map(({ text }) => text);
  const unexplained = !ok && damage.length === 0 ? [`the backup '${label}' is damaged`] : [];
  return { name: 'objects of the backup', failure: [...rest, ...unexplained] };
}

/** What a drill on this server could not try: a degraded drill has no failed tests. */
function notDrilled({ verdict, notTested, notRestored }: VerifiedBackup): readonly VerifiedTest[] {
  if (verdict === null) return [];
  const parts = notTested.map((name) => ({
    name,
    failure: [],
    skipped: 'the server of the drill lacks what it needs',
  }));
  const objects = lackingObjects(notRestored);
  return [...parts, ...objects.map(({ what, how, why }) => ({ name: what, failure: [], skipped: `${how}: ${why}` }))];
}
