import { type CommandsOn, commandsOn } from '@postgres-backuper/options';
import { DOWNLOAD } from './download.ts';

/** The files of the program and their SHA-256, hexadecimal: a job runs exactly these bytes. */
export type Pins = Readonly<Record<string, string>>;

export const TEMPLATE_COMMANDS = commandsOn('gitlab');
export type TemplateCommand = CommandsOn<'gitlab'>;

/** The folder for the reports of a job, in the folder of the project. */
export const REPORTS = 'postgres-backuper';

/** The lines of a job's script, for any POSIX shell. It holds no value of an input: they come as variables. */
export function jobScript(command: TemplateCommand, pins: Pins): string {
  const files = Object.entries(pins).map(([name, sha256]) => `  ${name}=${sha256}`);
  return `set -eu
program=\${POSTGRES_BACKUPER_DIR:-$PWD/.postgres-backuper}
mkdir -p .postgres-backuper ${REPORTS}
rm -f "$CI_PROJECT_DIR/${REPORTS}/${command}".*
command -v node >/dev/null || { echo 'postgres-backuper needs Node.js 22.15 or newer: use the image node:24-bookworm'; exit 2; }
[ -n "\${POSTGRES_BACKUPER_DIR:-}" ] || NODE_USE_ENV_PROXY=1 node -e '${DOWNLOAD}' "$POSTGRES_BACKUPER_URL" "$program" \\
${files.join(' \\\n')}
if [ -n "\${AWS_ROLE_ARN:-}" ] && [ -n "\${POSTGRES_BACKUPER_OIDC:-}" ]; then
  token="$CI_PROJECT_DIR.$CI_JOB_ID.oidc"
  trap 'rm -f "$token"' EXIT
  (umask 077; printf '%s' "$POSTGRES_BACKUPER_OIDC" > "$token")
  export AWS_WEB_IDENTITY_TOKEN_FILE="$token"
  export AWS_ROLE_SESSION_NAME="\${AWS_ROLE_SESSION_NAME:-gitlab-$CI_JOB_ID}"
fi
set -- ${command}
${target(command)}[ -z "\${POSTGRES_BACKUPER_TARGET:-}" ] || set -- "$@" -- "$POSTGRES_BACKUPER_TARGET"
node "$program/postgres-backuper.cjs" "$@"
`;
}

/** `restore` requires a backup; `verify` takes the latest by default. */
function target(command: TemplateCommand): string {
  return command === 'restore' ? `[ -n "\${BACKUP_AT:-}" ] || : "\${POSTGRES_BACKUPER_TARGET:=latest}"\n` : '';
}
