import { ERRORS, type ErrorKind, EXIT_STATUSES, SIGNAL_EXITS } from '@postgres-backuper/base';

const MEANINGS: Readonly<Record<ErrorKind, string>> = {
  failed:
    'Failed. For `status`: the newest good backup is too old, there is none, or a newer one is damaged. For `list`: only other names than the `--name` have backups; an empty repository is 0. For `diff --exit-code`: the backups differ. For `restore`: tables lack their rows (`rows-missing`: the database is kept, `result.notLoaded` names them), or nothing is left; with `--assert`, also of `verify`: a test of yours failed (`assertion-failed`: the rows are proven, the database is kept). For `verify --strict`: a drill ended degraded. For `notify`: a service took no message.',
  user: 'Wrong usage, setting, password or key: trying again does not help. For `verify`: the server of a drill lacks extensions that tables need, which says nothing about the backup.',
  damage:
    'Verification failed: something stored is damaged, missing or not from the trusted signer. For `restore`: rows are damaged in the backup; the other tables are kept.',
  partial:
    'Partly done: a database or a repository is missing, or the command of `backup --after` failed; the result says which. For `restore`: all rows are in the new database, and the objects in `result.objects` are not there as they were; it is kept.',
  hook: 'The command of `backup --before` failed or took too long. Nothing was stored.',
  temporary: 'Temporary: try again later. No name server, connection refused, server shutting down, lock not got, 5xx.',
  skipped: 'Skipped: `backup --skip-if-newer-than` found a backup that is young enough.',
  cancelled: 'Cancelled by SIGINT.',
};

/** Exit statuses that no kind of error has. */
const OTHERS: readonly (readonly [exit: number, meaning: string])[] = [
  [0, 'Done. For `backup`: committed and confirmed. A refused prune is a warning.'],
  ...Object.entries(SIGNAL_EXITS).flatMap(([signal, exit]) =>
    exit === EXIT_STATUSES.cancelled ? [] : [[exit, `Cancelled by ${signal}.`] as const],
  ),
];

/** Each exit status, what it means, and the codes of its errors, in the order of the statuses. */
export function exitStatuses(): readonly (readonly [exit: number, meaning: string, codes: string])[] {
  const ofKinds = (Object.entries(MEANINGS) as [ErrorKind, string][]).map(
    ([kind, meaning]) => [EXIT_STATUSES[kind], meaning, codesOf(kind)] as const,
  );
  const others = OTHERS.map(([exit, meaning]) => [exit, meaning, ''] as const);
  return [...ofKinds, ...others].sort(([a], [b]) => a - b);
}

/** The page docs/exit-status.md. */
export function exitStatusPage(): string {
  const rows = exitStatuses().map(([exit, meaning, codes]) => `| ${exit} | ${meaning} | ${codes} |`);
  return `# Exit status

Generated from the catalogue of errors in packages/base/src/errors.ts; do not edit.

With \`--json\` and in the \`--result-file\` a failed command leaves
\`{"command": …, "exit": …, "error": {"code": …, "message": …, "hint": …}}\`; \`code\` is one of the last column. A \`result\` may stand beside it.

Several repositories are all looked at by \`status\`, \`verify\` and \`prune\`: what fails in one is the command's error, and the results
of the others stand beside it. Only an error with exit status 2 ends the command before the rest; several are in \`result.problems\`.

\`result.repositories\` of \`status\` has one entry for each name in each repository, also when it fails: \`name\`, \`location\`, \`state\`
(\`ok\`, \`stale\`, \`none\`, \`damaged\`), \`newest\` (\`label\`, \`startedAt\`, \`ageMs\`, \`verification\`, \`verdict\`) or null, \`damaged\`, \`failed\`,
\`passedOver\`. The names are those that are given, or all that any of the repositories holds. So a database that appears is
watched from its first backup on; one that was never backed up is only missed where its name is given.

| status | meaning | codes |
|---|---|---|
${rows.join('\n')}
`;
}

function codesOf(kind: ErrorKind): string {
  const codes = Object.entries(ERRORS).filter(([, one]) => one === kind);
  return codes.map(([code]) => `\`${code}\``).join(', ');
}
