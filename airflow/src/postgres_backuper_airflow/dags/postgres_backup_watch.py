"""Every morning: an alarm for each database whose newest good backup is too old, also when no backup ran at all."""

from __future__ import annotations

from typing import Any

import pendulum
from airflow.sdk import TriggerRule, dag, get_current_context, task

from postgres_backuper_airflow.operators import PostgresStatusOperator
from postgres_backuper_airflow.report import WATCH, report
from postgres_backuper_airflow.settings import mails, parallel_databases, task_defaults
from postgres_backuper_airflow.told import telling
from postgres_backuper_airflow.watch import watch_plan

DOC = """
### Watch

A backup that did not run sends no mail. This looks at the repository: each database of `BACKUP_DATABASES` must have a
good backup that is younger than the Variable `BACKUP_MAX_AGE` (default `26h`), in the place of `WATCH_REPOSITORY`
(`cloud`, `local`, or the repository itself; default `cloud`). Otherwise the run fails, and a mail names the databases.
"""


@dag(
    schedule="0 6 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    default_args=task_defaults(),
    tags=["postgres-backuper"],
    doc_md=DOC,
)
def postgres_backup_watch() -> None:
    """Lay out the graph."""

    @task
    @telling
    def databases() -> list[dict[str, Any]]:
        return watch_plan()

    callback = {"on_failure_callback": mails()["on_failure_callback"]}

    @task(task_id="report", trigger_rule=TriggerRule.ALL_DONE, retries=0, **callback)
    def end(planned: Any) -> list[str]:
        return report(get_current_context(), planned, WATCH)

    planned: Any = databases()
    status = PostgresStatusOperator.partial(
        task_id="status",
        postgres_conn_id=None,
        map_index_template="{{ task.options['name'] }}",
        max_active_tis_per_dagrun=parallel_databases(),
    ).expand_kwargs(planned)
    status >> end(planned)


postgres_backup_watch()
