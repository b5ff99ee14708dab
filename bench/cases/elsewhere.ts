import { BACKUP } from './backup.ts';
import type { BenchCase, Group } from './case.ts';

/** As between two machines of one network, bits a second. */
const LINK = 1_000_000_000;

/** The server and the link get core 0; new backends take the core of the postmaster. */
const APART = `server="$(head -1 "$PGDATA/postmaster.pid")"
for pid in "$server" $(pgrep -P "$server"); do taskset -cp 0 "$pid" > /dev/null || test ! -e "/proc/$pid"; done
rm -f "$WORK/link-port"
nohup taskset -c 0 "$NODE" "$BENCH/programs/throttle.ts" ${LINK} "$PGHOST" "$PGPORT" "$PPID" > "$WORK/link-port" 2> /dev/null < /dev/null &
echo $! > "$WORK/link-pid"
until test -s "$WORK/link-port"; do kill -0 "$(cat "$WORK/link-pid")"; sleep 0.05; done
`;

const TOGETHER = `kill "$(cat "$WORK/link-pid")"
server="$(head -1 "$PGDATA/postmaster.pid")"
for pid in "$server" $(pgrep -P "$server"); do taskset -cp "0-$(($(nproc --all) - 1))" "$pid" > /dev/null || test ! -e "/proc/$pid"; done
`;

/** The client, and everything that it starts, gets all other cores. */
const CLIENT = `taskset -cp "1-$(($(nproc --all) - 1))" $$ > /dev/null
export PGHOST=127.0.0.1 PGPORT="$(cat "$WORK/link-port")"
`;

function elsewhere(name: string): BenchCase {
  const { before = '', run, ...here } = BACKUP.cases.find((each) => each.name === name) as BenchCase;
  return { ...here, name: `far-${name}`, before: `${before}\n${APART}`, run: CLIENT + run, after: TOGETHER };
}

/** The server has a core of its own, and is reached by a link that all sessions share. */
export const ELSEWHERE: Group = {
  name: 'elsewhere',
  title: 'Backup of a server elsewhere',
  text: `The server has core 0 for itself and the link, the programs have all others. Between them is a proxy of 1 Gbit/s, whose
CPU time counts to neither.`,
  reference: 'far-copy',
  referenceTitle: 'two COPY sessions',
  database: { kind: 'rows' },
  isLong: true,
  cases: ['copy', 'ours', 'directory', 'gpg-zstd', 'restic'].map(elsewhere),
};
