import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BackuperError } from '@postgres-backuper/base';
import {
  type CommandDocument,
  createSpeech,
  dotenvReport,
  junitReport,
  metricsReport,
  openHost,
  problemTexts,
  RESULT_FIELDS,
  type ResultKind,
  type ResultKinds,
  type Surface,
  summaryReport,
} from '@postgres-backuper/hosts';
import { expect, test } from 'vitest';
import { backupPartText, backupText } from './backup.ts';
import { checkedText, checkText } from './check.ts';
import { copyText } from './copy.ts';
import { diffText } from './diff.ts';
import { errorText } from './error.ts';
import { exportText } from './export.ts';
import { initText } from './init.ts';
import { keygenText } from './keygen.ts';
import { legacyText, listText } from './list.ts';
import { logText } from './log.ts';
import { notifyText } from './notify.ts';
import { pinText } from './pin.ts';
import { planText } from './plan.ts';
import { pruneText } from './prune.ts';
import { rekeyText } from './rekey.ts';
import { reportText } from './report.ts';
import { legacyGlobalsText, legacyRestoreText, restorePartText, restoreText } from './restore.ts';
import { setupBucketText } from './setup-bucket.ts';
import { clientText } from './setup-client.ts';
import { setupRoleText } from './setup-role.ts';
import { showText } from './show.ts';
import { statusText } from './status.ts';
import { undoSwapText } from './undo-swap.ts';
import { verifyText } from './verify.ts';
import { fieldsOf, watched } from './watched-fields.test-data.ts';
import { commandOf, WHOLE } from './whole-results.test-data.ts';

const KINDS = Object.keys(RESULT_FIELDS) as ResultKind[];

/** The text of each kind for a terminal. */
const IN_ZONE = { colours: false, timeZone: 'Europe/Berlin' } as const;
const TERMINAL: { readonly [Kind in ResultKind]: (result: ResultKinds[Kind]) => unknown } = {
  backup: ({ backups, part }) => [
    ...backups.map((one) => backupText(one, false)),
    ...(part === undefined ? [] : [backupPartText(part, false)]),
  ],
  restore: (result) => restoreText(result, false),
  'restored part': (result) => restorePartText(result, false),
  'planned restore': (result) => planText(result, false),
  'previewed backup': () => '',
  'restored file': (result) => legacyRestoreText(result, false),
  'restored globals': (result) => legacyGlobalsText(result, false),
  list: ({ repositories }) => repositories.map((one) => listText(one, IN_ZONE)),
  'listed files': ({ files }) => legacyText(files),
  verify: (result) => verifyText(result, false),
  prune: ({ repositories }) => repositories.map((one) => pruneText(one, false)),
  'undo-swap': undoSwapText,
  pin: pinText,
  check: (result) => [result.items.map((one) => checkText(one, false)), checkedText(result)],
  status: ({ repositories }) => repositories.map((one) => statusText(one, IN_ZONE)),
  log: ({ repositories }) => repositories.map((one) => logText(one, { colours: false })),
  report: (result) => reportText(result, false),
  keygen: keygenText,
  init: initText,
  rekey: rekeyText,
  copy: copyText,
  export: exportText,
  show: (result) => showText(result, { colours: false, all: true }),
  diff: (result) => diffText(result, false),
  cat: () => '',
  notify: (result) => notifyText(result, false),
  'setup-client': clientText,
  'setup-bucket': (result) => [
    setupBucketText(result, undefined),
    setupBucketText({ ...result, applied: null }, undefined),
  ],
  'setup-role': (result) => [setupRoleText(result), setupRoleText({ ...result, applied: false })],
};

const { wording } = createSpeech('none', { command: 'backup', environment: {}, originOf: () => undefined });

/** Shows a document as that place does. The texts of Airflow are made in Python. */
const SURFACES: Readonly<Record<Exclude<Surface, 'terminal' | 'airflow'>, (document: CommandDocument) => unknown>> = {
  summary: (document) => summaryReport(document, wording),
  problems: problemTexts,
  junit: junitReport,
  metrics: (document) => metricsReport({ document, now: 0, elapsedMs: 0, retries: 0, names: [], repositories: [] }),
  outputs: dotenvReport,
  async teamcity(document) {
    const services = { write: () => true, environment: {}, wording, verbose: false, elapsed: () => 0, now: () => 0 };
    const host = await openHost('teamcity', services);
    return host?.finish({ document, text: '' });
  },
};

function show(surface: Exclude<Surface, 'airflow'>, kind: ResultKind, result: unknown): unknown {
  const text = TERMINAL[kind] as (result: unknown) => unknown;
  const error = new BackuperError('partly-done', 'no', { result });
  if (surface === 'terminal') return [text(result), errorText(error, false)];
  const document = { command: commandOf(kind), exit: 4, result } as CommandDocument;
  return Promise.all([document, { ...document, error }].map(SURFACES[surface]));
}

const FIELDS = KINDS.map((kind) => [kind, fieldsOf(kind, RESULT_FIELDS[kind])] as const);

function declared(surface: Surface, kinds = FIELDS): readonly string[] {
  const fields = kinds.flatMap(([, all]) => all);
  return fields.filter(([, shown]) => shown !== 'in JSON alone' && shown.includes(surface)).map(([path]) => path);
}

test.each(['terminal', ...(Object.keys(SURFACES) as (keyof typeof SURFACES)[])] as const)(
  '%s shows the fields that the table says',
  async (surface) => {
    const read = new Set<string>();
    for (const kind of KINDS) {
      await show(
        surface,
        kind,
        watched(WHOLE[kind], [kind, RESULT_FIELDS[kind]], (path) => read.add(path)),
      );
    }
    expect([...read].sort()).toEqual([...declared(surface)].sort());
  },
);

const TOLD = join(import.meta.dirname, '../../../../airflow/src/postgres_backuper_airflow/told.py');

test.each(FIELDS)('airflow shows the fields of %s whose names its Python reads', (kind, fields) => {
  const functions = new RegExp(`^def _${kind.replaceAll(' ', '_')}(?:_\\w+)?\\(.*\\n((?: .*\\n|\\n(?= ))*)`, 'gm');
  const code = [...readFileSync(TOLD, 'utf8').matchAll(functions)].map(([, body]) => body).join('');
  const names = new Set([...code.matchAll(/(?:\[|get\()["'](\w+)["']/g)].map(([, name]) => name));
  const read = fields.filter(([path]) => names.has(lastName(path)));
  expect(new Set(read.map(([path]) => lastName(path)))).toEqual(
    new Set(declared('airflow', [[kind, fields]]).map(lastName)),
  );
});

function lastName(path: string): string {
  return path.split('.').at(-1) ?? '';
}
