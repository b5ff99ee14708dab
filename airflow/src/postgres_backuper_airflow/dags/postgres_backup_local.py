"""Every night: an encrypted backup of each database in a directory of the worker."""

from __future__ import annotations

from typing import Any

import pendulum
from airflow.sdk import Param, TriggerRule, dag, get_current_context, task

from postgres_backuper_airflow.directory import require_free_space
from postgres_backuper_airflow.group import back_up
from postgres_backuper_airflow.lookup import number
from postgres_backuper_airflow.plan import local_repository, plan
from postgres_backuper_airflow.report import BACKUPS, report
from postgres_backuper_airflow.settings import BACKED_UP_LOCAL, mails, task_defaults
from postgres_backuper_airflow.told import telling

DOC = """
### Encrypted backups in a directory

Trigger it **once by hand with "New directory"**: that makes the directory of the Variable `LOCAL_BACKUP_DIR` (default
`/var/lib/postgresql/backups`). Later runs refuse one that is missing or empty: its disk is not mounted then.
It must have `MIN_FREE_SPACE_GB` (default 5) free. Then for each database of `BACKUP_DATABASES`:
**check → backup → verify → rotate**. All tasks must run on the worker that has the directory.
"""


@dag(
    schedule="0 0 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    default_args=task_defaults(),
    tags=["postgres-backuper"],
    doc_md=DOC,
    params={
        "create": Param(
            False,
            type="boolean",
            title="New directory",
            description="For the first run, and for a new disk: make the directory, or take one that is empty.",
        ),
    },
)
def postgres_backup_local() -> None:
    """Lay out the graph."""

    @task
    @telling
    def free_space() -> float:
        create = bool(get_current_context()["params"]["create"])
        return require_free_space(local_repository(), number("MIN_FREE_SPACE_GB", 5), create=create)

    @task
    @telling
    def databases() -> list[dict[str, Any]]:
        return plan(local_repository())

    @task(task_id="report", trigger_rule=TriggerRule.ALL_DONE, outlets=[BACKED_UP_LOCAL], retries=0, **mails())
    def end(planned: Any) -> list[str]:
        return report(get_current_context(), planned, BACKUPS)

    planned = databases()
    free_space() >> planned
    back_up.expand_kwargs(planned) >> end(planned)


postgres_backup_local()
