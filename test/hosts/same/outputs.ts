import { METRICS } from '@postgres-backuper/hosts';
import type { CliEnd } from './job.ts';

/** What later steps of a job can use: read from the files that the command left. */
export function outputsOf({ files }: CliEnd): readonly string[] {
  return [
    ...document(files['result.json']),
    ...names('outputs', files.output, /^([\w-]+)<</gm),
    ...names('dotenv', files['backup.env'], /^(\w+)=/gm),
    ...junit(files['junit.xml']),
    ...metrics(files['metrics.txt']),
  ];
}

function document(text: string | undefined): readonly string[] {
  if (text === undefined) return [];
  const { result, error } = JSON.parse(text) as { result?: unknown; error?: { code: string } };
  const parts = [...(result === undefined ? [] : ['`result`']), ...(error ? [`\`error\` ${error.code}`] : [])];
  return [`document with ${parts.join(' and ')}`];
}

function names(what: string, text: string | undefined, pattern: RegExp): readonly string[] {
  const found = [...(text ?? '').matchAll(pattern)].map(([, name]) => `\`${name}\``);
  return found.length === 0 ? [] : [`${what} ${found.join(', ')}`];
}

/** What the metrics are about; docs/metrics.md has their names. */
function metrics(text = ''): readonly string[] {
  const found = [...text.matchAll(/^# TYPE postgres_backup_(\w+)/gm)].map(([, name]) => name);
  const subjects = METRICS.filter(({ name }) => found.includes(name)).map(({ subject }) => `the ${subject}`);
  return subjects.length === 0 ? [] : [`metrics of ${[...new Set(subjects)].join(', ')}`];
}

function junit(text: string | undefined): readonly string[] {
  if (text === undefined) return [];
  const tests = [...text.matchAll(/<testcase\b/g)].length;
  const failed = [...text.matchAll(/<(?:failure|error)\b/g)].length;
  return [`JUnit: ${tests} ${tests === 1 ? 'test' : 'tests'}, ${failed} failed`];
}
