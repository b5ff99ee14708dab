import { ERRORS } from '@postgres-backuper/base';

const MEANINGS: Readonly<Record<number, string>> = {
  0: 'Done. For `backup`: committed and confirmed. A rotation that was refused is a warning.',
  1: 'Failed. For `status`: the newest good backup is too old, there is none, or a newer one is damaged.',
  2: 'Wrong usage, setting, password or key: trying again does not help.',
  3: 'Verification failed: something stored is damaged, missing or not from the trusted signer.',
  4: 'Partly done: a database or a repository is missing; the result says which.',
  75: 'Temporary: try again later. No name server, connection refused, server shutting down, lock not got, 5xx.',
  99: 'Skipped: `backup --skip-if-newer-than` found a backup that is young enough.',
  129: 'Cancelled by SIGHUP.',
  130: 'Cancelled by SIGINT.',
  143: 'Cancelled by SIGTERM.',
};

/** The page docs/exit-status.md. */
export function exitStatusPage(): string {
  const rows = Object.entries(MEANINGS).map(([exit, meaning]) => `| ${exit} | ${meaning} | ${codesOf(Number(exit))} |`);
  return `# Exit status

Generated from the catalogue of errors in packages/base/src/errors.ts; do not edit.

With \`--json\` and in the \`--result-file\` a failed command leaves
\`{"command": …, "exit": …, "error": {"code": …, "message": …, "hint": …}}\`; \`code\` is one of the last column. A \`result\` may stand beside it.

\`result.repositories\` of \`status\` has one entry for each name in each repository, also when it fails: \`name\`, \`location\`, \`state\`
(\`ok\`, \`stale\`, \`none\`, \`damaged\`), \`newest\` (\`label\`, \`startedAt\`, \`ageMs\`, \`verification\`) or null, \`damaged\`, \`failed\`,
\`passedOver\`. The names are those that are given, or all that any of the repositories holds. So a database that appears is
watched from its first backup on; one that was never backed up is only missed where its name is given.

| status | meaning | codes |
|---|---|---|
${rows.join('\n')}
`;
}

function codesOf(exit: number): string {
  const codes = Object.entries(ERRORS).filter(([, error]) => error.exit === exit);
  return codes.map(([code]) => `\`${code}\``).join(', ');
}
