import type { VerifiedBackup } from '@postgres-backuper/core';
import type { CommandDocument } from './host.ts';
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
}

/** Texts may hold any character. */
export function verifiedSuites(document: CommandDocument): readonly VerifiedSuite[] {
  const { verified } = toldBy(document);
  return verified.flatMap((one) => one.backups.map((backup) => suite(one, backup, verified.length > 1)));
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
  return { name: parts.join(' '), tests: [...tableTests(backup), objectTest(backup)] };
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
