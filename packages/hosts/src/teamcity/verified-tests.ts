import type { VerifiedBackup } from '@postgres-backuper/core';
import type { CommandDocument } from '../host.ts';
import { type Told, toldBy } from '../results.ts';
import { oneLine, serviceMessage } from './service-message.ts';

/** Each verified table is a test, so that TeamCity keeps its history; one more test per backup stands for its objects. */
export function verifiedTests(document: CommandDocument): string {
  const { verified } = toldBy(document);
  return verified.flatMap((one) => one.backups.map((backup) => suite(one, backup, verified.length > 1))).join('');
}

/** The label is named only where several backups are verified: a test's history goes by its name. */
function suite(
  { location, level, backups }: Told['verified'][number],
  backup: VerifiedBackup,
  namesLocation: boolean,
): string {
  const parts = [
    `verify ${level}`,
    ...(namesLocation ? [location] : []),
    ...(backups.length > 1 ? [backup.label] : []),
  ];
  const name = oneLine(parts.join(' '), 200);
  const tests = [...tableTests(backup), objectTest(backup)];
  const open = serviceMessage('testSuiteStarted', { name });
  return [open, ...tests.map(testMessages), serviceMessage('testSuiteFinished', { name })].join('');
}

interface Test {
  readonly name: string;
  readonly failure: readonly string[];
}

function tableTests({ tables, damage }: VerifiedBackup): readonly Test[] {
  return tables.map((one) => {
    const name = `${one.schema}.${one.table}`;
    const failed = 'proof' in one ? one.proof === 'failed' : !one.ok;
    const texts = damage.filter(({ table }) => table === name).map(({ text }) => text);
    return { name, failure: texts.length > 0 || !failed ? texts : ['its rows are not those of the backup'] };
  });
}

/** All damage that no listed table is to blame for. */
function objectTest({ label, ok, tables, damage }: VerifiedBackup): Test {
  const names = new Set(tables.map(({ schema, table }) => `${schema}.${table}`));
  const rest = damage.filter(({ table }) => table === undefined || !names.has(table)).map(({ text }) => text);
  const unexplained = !ok && damage.length === 0 ? [`the backup '${label}' is damaged`] : [];
  return { name: 'objects of the backup', failure: [...rest, ...unexplained] };
}

function testMessages({ name: raw, failure }: Test): string {
  const name = oneLine(raw, 400);
  const [message] = failure;
  const details = failure.map((text) => oneLine(text)).join('\n');
  const failed =
    message === undefined ? '' : serviceMessage('testFailed', { name, message: oneLine(message), details });
  return `${serviceMessage('testStarted', { name })}${failed}${serviceMessage('testFinished', { name })}`;
}
