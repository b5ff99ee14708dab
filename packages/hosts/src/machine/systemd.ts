import { lastingStatuses } from '../tried-again.ts';

/** Where the pages install the files of `dist/`. */
export const PROGRAM = '/opt/postgres-backuper/postgres-backuper.cjs';
const SETTINGS = '/etc/postgres-backuper/backup.env';

/**
 * systemd.service(5), systemd.exec(5). Since systemd 244 a oneshot service may be restarted after a failure; here only
 * after the exit status 75 or a signal.
 */
export const service = `# One backup. Copy to /etc/systemd/system, beside postgres-backup.timer.
[Unit]
Description=PostgreSQL backup
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=6h
StartLimitBurst=6

[Service]
Type=oneshot
User=backup
EnvironmentFile=${SETTINGS}
Environment=BACKUP_CI=machine
ExecStart=${PROGRAM} backup
# Exit status 75 passes by itself: tried again after 10 minutes, up to 6 times. The others do not.
Restart=on-failure
RestartSec=10min
RestartPreventExitStatus=${lastingStatuses('systemd').join(' ')}
# SIGTERM goes to the program, which ends pg_dump, its sessions and what it stored half.
KillMode=mixed
TimeoutStopSec=60
NoNewPrivileges=yes
PrivateTmp=yes
ProtectSystem=full
ProtectHome=read-only
Nice=10
`;

export const timer = `# Starts postgres-backup.service every day; a day that the machine was off is made up for.
[Unit]
Description=PostgreSQL backup, every day

[Timer]
OnCalendar=*-*-* 00:00:00 UTC
Persistent=true

[Install]
WantedBy=timers.target
`;

/** cron knows no exit status 75: it mails the output, and the next try is on the next day. */
export const cronTable = `# One backup every day at 00:00 of the machine's clock, for a machine without systemd. Copy to /etc/cron.d/postgres-backup.
# cron mails what the command prints; with chronic (moreutils) in front of it only failures are mailed.
MAILTO=root
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
0 0 * * * root BACKUP_CI=machine node --env-file=${SETTINGS} ${PROGRAM} backup
`;
