import { shellWord } from '../reports/markdown.ts';
import { accessTo, type Start, type StartRequest } from '../start.ts';

const DAG = 'first_postgres_backup';
const FILE = `dags/${DAG}.py`;
const CONNECTIONS = 'postgres-backup/connections.json';

/** A DAG, and the Connections that it reads, to be filled in and imported. */
export function airflowStart(request: StartRequest): Start {
  const { scheme, publicKeyFile } = request;
  const isNew = scheme === 'file' ? ` -c '{"create": true}'` : '';
  return {
    files: { [FILE]: firstDag(request), [CONNECTIONS]: connections(request) },
    secretFiles: [CONNECTIONS],
    settings: [
      ...[
        { name: 'postgres_default', secret: true, how: `in ${CONNECTIONS}: host, login and password of the database` },
        ...(scheme === 's3'
          ? [
              {
                name: 'minio_default',
                secret: true,
                how: `in ${CONNECTIONS}: the access key as login, its secret as password`,
              },
            ]
          : []),
      ],
      ...(scheme === 'sftp' ? sftp(request) : []),
      {
        name: 'BACKUP_PUBLIC_KEY',
        secret: false,
        how: `airflow variables set BACKUP_PUBLIC_KEY "$(base64 -w0 ${shellWord(publicKeyFile)})"`,
      },
    ],
    next: [
      "pip install './airflow[node]' in a clone of postgres-backuper, on each worker and where DAGs are parsed; PostgreSQL's client programs on each worker",
      `airflow connections import ${CONNECTIONS} && rm ${CONNECTIONS}`,
      `cp ${FILE} "$AIRFLOW_HOME/dags/"`,
      `airflow dags test ${DAG}${isNew}`,
      `airflow dags reserialize && airflow dags unpause ${DAG}`,
    ],
  };
}

function sftp(request: StartRequest): Start['settings'] {
  return accessTo(request).flatMap(({ option, value }): Start['settings'] => {
    if (option === 'sftpKey') {
      const how = `Admin → Variables → Add, BACKUP_SFTP_KEY: ${value}`;
      return [{ name: 'BACKUP_SFTP_KEY', secret: true, how }];
    }
    if (option !== 'sftpHostKey') return [];
    return [{ name: 'sftp_host_key', secret: false, how: `in ${FILE}, sftp_host_key: the server's key, ${value}` }];
  });
}

/** As `airflow connections import` reads it. */
function connections({ scheme, database, s3Endpoint }: StartRequest): string {
  const postgres = {
    ...{ conn_type: 'postgres', host: 'db.example.com', port: 5432, login: 'backup', password: '' },
    schema: database,
  };
  const extra = s3Endpoint === undefined ? {} : { extra: JSON.stringify({ endpoint_url: s3Endpoint }) };
  const minio = { conn_type: 'aws', login: '', password: '', ...extra };
  const all = { postgres_default: postgres, ...(scheme === 's3' ? { minio_default: minio } : {}) };
  return `${JSON.stringify(all, null, 2)}\n`;
}

function firstDag({ repository, scheme, database }: StartRequest): string {
  const isDirectory = scheme === 'file';
  const create = isDirectory ? `, create="{{ params.create }}"` : '';
  const options = scheme === 'sftp' ? '        "options": {"sftp_host_key": "SHA256:…"},\n' : '';
  return `"""One database, every night and by hand: the start."""

from __future__ import annotations

from typing import Any

import pendulum
from airflow.sdk import dag
from postgres_backuper_airflow.operators import (
    PostgresBackupOperator,
    PostgresCheckOperator,
    PostgresVerifyOperator,
)


@dag(
    schedule="17 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
${isDirectory ? '    params={"create": False},\n' : ''}    tags=["postgres-backuper"],
)
def ${DAG}() -> None:
    """Lay out the graph."""
    place: dict[str, Any] = {
        "database": ${JSON.stringify(database)},
        "repository": ${JSON.stringify(repository)},
${options}    }
    check = PostgresCheckOperator(task_id="check"${create}, **place)
    backup = PostgresBackupOperator(task_id="backup"${create}, **place)
    label = "{{ ti.xcom_pull('backup', key='label') }}"
    # every object is there; "content" and "restore" prove more, and need the private key
    verify = PostgresVerifyOperator(task_id="verify", target=label, level="stored", **place)
    check >> backup >> verify


${DAG}()
`;
}
