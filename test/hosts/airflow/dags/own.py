"""A DAG as a user writes one, with everything that can go wrong in it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pendulum
from airflow.sdk import TriggerRule, Variable, dag, task

from postgres_backuper_airflow.operators import (
    PostgresBackupOperator,
    PostgresCheckOperator,
    PostgresRestoreOperator,
    PostgresVerifyOperator,
)

LOCAL = "{{ var.value.OWN_DIRECTORY }}"


@dag(
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    default_args={"create": True, "retries": 1, "retry_delay": 1, "trigger_rule": TriggerRule.ALL_DONE},
)
def own() -> None:
    """Lay out the graph."""
    first = PostgresBackupOperator(task_id="first", repository=LOCAL)
    skipped = PostgresBackupOperator(
        task_id="skipped", repository=LOCAL, options={"skip_if_newer_than": "20h"}
    )
    first >> skipped
    nasty = PostgresBackupOperator(
        task_id="nasty",
        repository=LOCAL,
        database="{{ var.value.NASTY }}",
        options={"verify": "content", "incremental": "False"},
    )
    first >> nasty
    PostgresBackupOperator(
        task_id="unrendered", repository=LOCAL, database="{{ var.value.UNRENDERED }}"
    )
    PostgresBackupOperator(
        task_id="unreachable",
        repository=LOCAL,
        postgres_conn_id="closed",
        options={"retry_for": "1s"},
    )
    PostgresBackupOperator(task_id="wrong", repository=LOCAL, options={"jobs": "many"})
    PostgresBackupOperator(task_id="unknown", repository=LOCAL, options={"job": 1})
    PostgresBackupOperator(
        task_id="secret",
        repository=LOCAL,
        options={"passphrase": "{{ var.value.OWN_SECRET }}"},
    )
    PostgresBackupOperator(task_id="old_node", repository=LOCAL, node="/bin/false")
    PostgresRestoreOperator(
        task_id="existing", repository=LOCAL, target="latest", into="app"
    ).set_upstream(first)
    PostgresCheckOperator(
        task_id="older_s3", repository="s3://older/backups", s3_conn_id="older_s3"
    )

    @task
    def damage() -> None:
        own = Path(Variable.get("OWN_DIRECTORY"))
        shutil.copytree(own / "app", own / "damaged" / "app")
        for file in own.glob("damaged/app/data/*/segment-*"):
            file.write_bytes(bytes(file.stat().st_size))

    damaged = PostgresVerifyOperator(
        task_id="damaged", repository=f"{LOCAL}/damaged", level="content"
    )
    first >> damage() >> damaged


own()
