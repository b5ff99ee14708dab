"""One very large database: a task holds its snapshot, others read it at the same time, one backup comes out."""

from __future__ import annotations

from typing import Any

import pendulum
from airflow.sdk import TriggerRule, dag, get_current_context, task

from postgres_backuper_airflow.operators import PostgresPruneOperator, PostgresVerifyOperator
from postgres_backuper_airflow.parts import back_up_in_parts
from postgres_backuper_airflow.plan import cloud_repository, only_database
from postgres_backuper_airflow.report import report_parts
from postgres_backuper_airflow.settings import BACKED_UP_IN_PARTS, mails, parallel_parts, task_defaults
from postgres_backuper_airflow.told import telling

DOC = """
### One very large database in parts

The only database of the Variable `BACKUP_DATABASES` (default: that of the Connection `postgres_default`):
**label → backup beside its parts → verify → rotate**. `POSTGRES_BACKUPER_WORKERS` (default 4), where DAGs are parsed,
is the number of tasks that read beside `backup`. All of them must run at once. After a failed `backup` clear `label`
with what follows it.

Connections and Variables as of `postgres_backup`; `BACKUP_DEDUP_SECRET` is needed. See docs/hosts/airflow.md.
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
def postgres_backup_in_parts() -> None:
    """Lay out the graph."""

    @task(multiple_outputs=True)
    @telling
    def database() -> dict[str, Any]:
        return only_database(cloud_repository())

    @task(task_id="report", trigger_rule=TriggerRule.ALL_DONE, outlets=[BACKED_UP_IN_PARTS], retries=0, **mails())
    def end() -> list[str]:
        return report_parts(get_current_context())

    planned: Any = database()
    arguments = {name: planned[name] for name in ("postgres_conn_id", "database", "repository", "options")}
    made = back_up_in_parts(workers=parallel_parts(), **arguments)
    verify = PostgresVerifyOperator(task_id="verify", target=made.label, level=planned["level"], **arguments)
    rotate = PostgresPruneOperator(task_id="rotate", **arguments)
    verify >> rotate
    [made.group, rotate] >> end()


postgres_backup_in_parts()
