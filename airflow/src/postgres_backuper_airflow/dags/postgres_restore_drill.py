"""Each week, after a backup: proves that backups can be restored, in scratch databases that are dropped again."""

from __future__ import annotations

from typing import Any

import pendulum
from airflow.sdk import TriggerRule, dag, get_current_context, task, task_group

from postgres_backuper_airflow.drill import drill_plan, is_drill_due, run_queries
from postgres_backuper_airflow.operators import PostgresRestoreOperator
from postgres_backuper_airflow.report import DRILLS, report
from postgres_backuper_airflow.scratch import drop
from postgres_backuper_airflow.settings import BACKED_UP, DRILLED, mails, parallel_databases, task_defaults
from postgres_backuper_airflow.told import telling

DOC = """
### Restore drill

After a good run of `postgres_backup`, when the last good drill is `DRILL_EVERY_DAYS` (7) old: the newest backup of each
database is restored into a scratch database, which compares the rows of each table with those that were backed up; then
the queries of the Variable `DRILL_QUERIES` must all give `t`. The scratch database is dropped, whatever happened.
A run by hand always drills.
"""


@dag(
    schedule=[BACKED_UP],
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    default_args={**task_defaults(), "retries": 0},
    tags=["postgres-backuper"],
    doc_md=DOC,
)
def postgres_restore_drill() -> None:
    """Lay out the graph."""

    @task.short_circuit(inlets=[DRILLED])
    @telling
    def is_due() -> bool:
        return is_drill_due(get_current_context())

    @task
    @telling
    def databases() -> list[dict[str, Any]]:
        return drill_plan(get_current_context()["run_id"])

    @task_group(group_id=DRILLS.group)
    def drill(
        postgres_conn_id: str, repository: str, scratch: str, options: dict[str, Any], queries: list[str]
    ) -> None:
        @task(task_id="scratch")
        @telling
        def clear_scratch(conn_id: str, database: str) -> None:
            drop(conn_id, database)  # what an earlier try left

        restore = PostgresRestoreOperator(
            task_id="restore",
            postgres_conn_id=postgres_conn_id,
            repository=repository,
            target="latest",
            into=scratch,
            degraded=True,
            options=options,
            map_index_template="{{ task.options['name'] }}",
            max_active_tis_per_dagrun=parallel_databases(),
        )

        @task(task_id="queries")
        @telling
        def prove(conn_id: str, database: str, asked: list[str]) -> None:
            run_queries(get_current_context(), conn_id, database, asked)

        @task(task_id="drop", on_failure_callback=mails()["on_failure_callback"])
        def drop_scratch(conn_id: str, database: str) -> None:
            drop(conn_id, database)

        cleared: Any = clear_scratch(postgres_conn_id, scratch)
        dropped: Any = drop_scratch(postgres_conn_id, scratch)
        cleared >> restore >> prove(postgres_conn_id, scratch, queries) >> dropped
        dropped.as_teardown(setups=cleared, on_failure_fail_dagrun=True)

    @task(task_id="report", trigger_rule=TriggerRule.ALL_DONE, outlets=[DRILLED], **mails())
    def end(planned: Any) -> list[str]:
        return report(get_current_context(), planned, DRILLS)

    planned = databases()
    is_due() >> planned
    drill.expand_kwargs(planned) >> end(planned)


postgres_restore_drill()
