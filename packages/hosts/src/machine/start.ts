import { ALL_OPTIONS, variableOf } from '@postgres-backuper/options';
import { accessTo, type Start, type StartRequest } from '../start.ts';
import { environmentFile } from './environment-file.ts';
import { service, timer } from './systemd.ts';

const FOLDER = 'postgres-backup';
const SETTINGS = `${FOLDER}/backup.env`;

/** The unit files of systemd, and the settings with what is known. */
export function machineStart(request: StartRequest): Start {
  const { repository, database, s3Endpoint, publicKeyFile, scheme } = request;
  const known = {
    databaseUrl: `postgres://backup:password@127.0.0.1/${encodeURIComponent(database)}`,
    repository,
    ...(s3Endpoint === undefined || scheme !== 's3' ? {} : { s3Endpoint }),
  };
  const access = accessTo(request).filter(({ option }) => !(option in known));
  return {
    files: {
      [SETTINGS]: environmentFile(ALL_OPTIONS, known),
      [`${FOLDER}/postgres-backup.service`]: service,
      [`${FOLDER}/postgres-backup.timer`]: timer,
    },
    secretFiles: [SETTINGS],
    settings: [
      {
        name: 'DATABASE_URL',
        secret: true,
        how: `in ${SETTINGS}, DATABASE_URL: the role, its password, host and database`,
      },
      ...access.map(({ option, secret, value }) => ({
        ...{ name: variableOf(option), secret },
        how: `in ${SETTINGS}, ${variableOf(option)}: ${value}`,
      })),
    ],
    next: [
      'sudo mkdir -p /opt/postgres-backuper /etc/postgres-backuper && sudo cp dist/* /opt/postgres-backuper',
      `sudo cp ${publicKeyFile} ${SETTINGS} /etc/postgres-backuper && sudo chmod 600 /etc/postgres-backuper/backup.env`,
      ...(scheme === 'file' ? [`sudo install -d -o backup -m 700 ${repository}`] : []),
      `sudo cp ${FOLDER}/postgres-backup.service ${FOLDER}/postgres-backup.timer /etc/systemd/system && sudo systemctl daemon-reload`,
      'sudo systemctl enable --now postgres-backup.timer',
      'sudo systemctl start postgres-backup && journalctl -u postgres-backup',
    ],
  };
}
