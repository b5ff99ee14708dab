"""Every night: an encrypted backup of each database in an S3 bucket."""

from __future__ import annotations

from typing import Any

import pendulum
from airflow.sdk import TriggerRule, dag, get_current_context, task

from postgres_backuper_airflow.group import back_up
from postgres_backuper_airflow.plan import cloud_repository, plan
from postgres_backuper_airflow.report import BACKUPS, report
from postgres_backuper_airflow.settings import BACKED_UP, mails, task_defaults
from postgres_backuper_airflow.told import telling

DOC = """
### Encrypted backups in an S3 bucket

For each database of the Variable `BACKUP_DATABASES` (default: that of the Connection `postgres_default`):
**check → backup → verify → rotate**. A database that fails stops none of the others; the run fails in `report`.

Connections: `postgres_default`, `minio_default`, optional `postgres_backuper_keys`, `smtp_default`.
Variables: `MINIO_BUCKET`, `MINIO_BACKUP_PATH`, `PARALLEL_JOBS`, `BACKUP_RETENTION_DAYS`, `BACKUP_PUBLIC_KEY`,
`BACKUP_VERIFY_LEVEL`, `BACKUP_MAIL_TO`. See docs/hosts/airflow.md.
"""


@dag(
    schedule="0 0 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    default_args=task_defaults(),
    tags=["postgres-backuper"],
    doc_md=DOC,
)
def postgres_backup() -> None:
    """Lay out the graph."""

    @task
    @telling
    def databases() -> list[dict[str, Any]]:
        return plan(cloud_repository())

    @task(task_id="report", trigger_rule=TriggerRule.ALL_DONE, outlets=[BACKED_UP], retries=0, **mails())
    def end(planned: Any) -> list[str]:
        return report(get_current_context(), planned, BACKUPS)

    planned = databases()
    back_up.expand_kwargs(planned) >> end(planned)


postgres_backup()
