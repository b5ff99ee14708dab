import { type CommandName, commandsOn, takesTarget } from '@postgres-backuper/options';
import type { BundleArchive } from './bundle-archive.ts';

const TARGETED = commandsOn('teamcity').filter((command) => takesTarget(command));

/** Characters per line of the archive. */
const LINE = 120;

/** Node.js unpacks its standard input, so the agent needs no other program. */
const UNPACK = `
const fs = require("fs"), path = require("path"), [target, sha256] = process.argv.slice(1);
const packed = Buffer.from(fs.readFileSync(0, "latin1"), "base64");
if (require("crypto").createHash("sha256").update(packed).digest("hex") !== sha256) process.exit(3);
const files = JSON.parse(require("zlib").brotliDecompressSync(packed).toString());
fs.mkdirSync(path.dirname(target), { recursive: true, mode: 0o700 });
const partial = fs.mkdtempSync(target + ".");
for (const name of Object.keys(files)) fs.writeFileSync(path.join(partial, name), files[name]);
try { fs.renameSync(partial, target); } catch (error) {
  fs.rmSync(partial, { recursive: true, force: true });
  if (!fs.existsSync(path.join(target, "postgres-backuper.cjs"))) throw error;
}`.trim();

const CHECK_NODE = `
var v = process.versions.node.split(".").map(Number);
process.exit(v[0] > 23 || (v[0] === 23 && v[1] >= 8) || (v[0] === 22 && v[1] >= 15) ? 0 : 1)`
  .trim()
  .replace('\n', ' ');

const NEEDS_NODE = 'postgres-backuper needs Node.js 22.15 or newer, but not 23.0 to 23.7, on the agent';
const NO_LINUX = 'postgres-backuper needs a Linux agent';
const NO_NODE = `${NEEDS_NODE}: install it, or let the field Node.js hold its path`;
const NO_HOME = 'HOME is not set on the agent: let the field Program cache hold a folder';
const NO_ARCHIVE = 'the program inside the recipe cannot be unpacked: see the log';

/** The agent replaces it by the path. It is the only reference to a parameter: values of users come as variables. */
const TEMP_DIR = '%system.teamcity.build.tempDir%';

/**
 * The script that the agent runs: it finds Node.js, unpacks the program once per agent and version, and becomes it.
 * Windows runs it as a batch file, which the third line ends.
 */
export function recipeScript(archive: BundleArchive, commands: readonly CommandName[]): string {
  // a percent sign begins a reference to a parameter; two stand for one
  return scriptText(archive, commands).replaceAll('%', '%%').replace('TEMP_DIR', TEMP_DIR);
}

function scriptText({ version, sha256, base64 }: BundleArchive, commands: readonly CommandName[]): string {
  const lines = base64.match(new RegExp(`.{1,${LINE}}`, 'g')) ?? [];
  const [first, ...others] = commands;
  const command = others.length === 0 ? first : `\${POSTGRES_BACKUPER_COMMAND:-${first}}`;
  return `#!/bin/sh
: <<'WINDOWS'
@echo ##teamcity[buildProblem description='${NO_LINUX}' identity='postgres_backuper_agent_linux']
@exit 2
WINDOWS
set -eu
stop() {
  echo "##teamcity[buildProblem description='$2' identity='postgres_backuper_agent_$1']"
  exit 2
}
[ "$(uname -s)" = Linux ] || stop linux '${NO_LINUX}'
node=\${POSTGRES_BACKUPER_INPUT_NODE:-\${POSTGRES_BACKUPER_NODE:-node}}
command -v "$node" >/dev/null 2>&1 || stop node '${NO_NODE}'
"$node" -e '${CHECK_NODE}' || stop node "${NEEDS_NODE}, which has $("$node" --version | tr -cd 'v0-9.')"
cache=\${POSTGRES_BACKUPER_INPUT_CACHE:-\${POSTGRES_BACKUPER_CACHE:-\${XDG_CACHE_HOME:-\${HOME:+$HOME/.cache}}}}
[ -n "$cache" ] || stop home '${NO_HOME}'
program=$cache/postgres-backuper/teamcity/${version}-${sha256.slice(0, 16)}
if [ ! -f "$program/postgres-backuper.cjs" ]; then
  "$node" -e '${UNPACK}' "$program" ${sha256} <<'ARCHIVE' || stop archive '${NO_ARCHIVE}'
${lines.join('\n')}
ARCHIVE
fi
command=${command}
reports='TEMP_DIR/postgres-backuper'
target=\${POSTGRES_BACKUPER_INPUT_TARGET:-}
case $command in
  ${TARGETED.join(' | ')}) target=\${target:-\${POSTGRES_BACKUPER_TARGET:-}} ;;
esac
export BACKUP_CI=teamcity
export BACKUP_RESULT_FILE="\${BACKUP_RESULT_FILE:-$reports-$command.json}"
export BACKUP_SUMMARY_FILE="\${BACKUP_SUMMARY_FILE:-$reports-$command.md}"
set -- "$command"
[ "$command:\${BACKUP_INPUT_AT:-\${BACKUP_AT:-}}" != restore: ] || target=\${target:-latest}
[ -z "$target" ] || set -- "$@" -- "$target"
exec "$node" "$program/postgres-backuper.cjs" "$@"
`;
}
