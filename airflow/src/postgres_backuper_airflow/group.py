"""The tasks that each database gets."""

from __future__ import annotations

from typing import Any

from airflow.sdk import XComArg, task_group

from postgres_backuper_airflow.operators import (
    PostgresBackupOperator,
    PostgresCheckOperator,
    PostgresPruneOperator,
    PostgresVerifyOperator,
)
from postgres_backuper_airflow.report import BACKUPS
from postgres_backuper_airflow.settings import parallel_databases


@task_group(group_id=BACKUPS.group)
def back_up(postgres_conn_id: str, database: str, repository: str, options: dict[str, Any], level: str) -> None:
    """Check → backup → verify → rotate; to be expanded by what ``plan`` returns."""
    of_database: dict[str, Any] = {
        "postgres_conn_id": postgres_conn_id,
        "database": database,
        "repository": repository,
        "options": options,
        "map_index_template": "{{ task.options['name'] }}",
        "max_active_tis_per_dagrun": parallel_databases(),
    }
    # of the form of postgres_backup_local
    create = "{{ params.get('create', False) }}"
    check = PostgresCheckOperator(task_id="check", create=create, **of_database)
    backup = PostgresBackupOperator(task_id="backup", create=create, **of_database)
    verify = PostgresVerifyOperator(task_id="verify", target=XComArg(backup, key="label"), level=level, **of_database)
    rotate = PostgresPruneOperator(task_id="rotate", **of_database)
    check >> backup >> verify >> rotate
