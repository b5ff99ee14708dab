import type { BenchCase, Group } from './case.ts';

/** Between the programs and MinIO, megabits a second. */
type Link = 20 | 100;

const LINK_UP = (megabits: Link) => `rm -f "$WORK/storage-port"
minio="\${BACKUP_S3_ENDPOINT##*:}"
nohup "$NODE" "$BENCH/programs/throttle.ts" ${megabits}000000 127.0.0.1 "\${minio%%/*}" "$PPID" > "$WORK/storage-port" 2> /dev/null < /dev/null &
echo $! > "$WORK/storage-pid"
until test -s "$WORK/storage-port"; do kill -0 "$(cat "$WORK/storage-pid")"; sleep 0.05; done
`;

const LINK_DOWN = 'kill "$(cat "$WORK/storage-pid")"';

const CHECK = 'backuper verify --repository "s3://$BUCKET/backups" --level content';
const BACKUP = 'backuper backup --repository "s3://$BUCKET/backups" --compression';

const TITLES = { 'zstd:1': 'level 1, the default', 'zstd:9': '`--compression zstd:9`', auto: '`--compression auto`' };

function slow(link: Link, compression: keyof typeof TITLES): BenchCase {
  return {
    name: nameOf(`${link}`, compression),
    title: `${link} Mbit/s: ${TITLES[compression]}`,
    before: LINK_UP(link),
    run: `export BACKUP_S3_ENDPOINT="http://127.0.0.1:$(cat "$WORK/storage-port")"\n${BACKUP} ${compression}`,
    check: CHECK,
    after: LINK_DOWN,
    stored: 'bucket',
  };
}

function fast(compression: keyof typeof TITLES): BenchCase {
  const title = `MinIO on the same machine: ${TITLES[compression]}`;
  return { name: nameOf('here', compression), title, run: `${BACKUP} ${compression}`, check: CHECK, stored: 'bucket' };
}

function nameOf(link: string, compression: string): string {
  return `zstd-${link}-${compression.replace('zstd:', 'level-')}`;
}

/** What levels of zstd are worth where the storage is slow, and what `auto` costs where it is not. */
export const COMPRESSION: Group = {
  name: 'compression',
  title: 'Levels of compression and a slow storage',
  text: `Between the backup and MinIO is a proxy that passes so many bits a second, whose CPU time counts to nobody; in the last cases there is
none.`,
  reference: 'zstd-20-level-1',
  referenceTitle: 'level 1 at 20 Mbit/s',
  database: { kind: 'rows' },
  isLong: true,
  cases: [
    ...([20, 100] as const).flatMap((link) => (['zstd:1', 'zstd:9', 'auto'] as const).map((each) => slow(link, each))),
    fast('zstd:1'),
    fast('auto'),
  ],
};
