"""By hand only: brings one very large database back into a new one, by several tasks at the same time."""

from __future__ import annotations

from typing import Any

import pendulum
from airflow.sdk import Param, TriggerRule, dag, get_current_context, task

from postgres_backuper_airflow.parts import restore_in_parts
from postgres_backuper_airflow.report import report_parts
from postgres_backuper_airflow.restoring import FORM, restore_in_parts_request
from postgres_backuper_airflow.settings import mails, parallel_parts, task_defaults
from postgres_backuper_airflow.told import telling

DOC = """
### Restore of one very large database

Trigger it with the form. **restore beside its parts**: the backup comes back into a **new** database; one that exists
is refused. `POSTGRES_BACKUPER_WORKERS` (default 4), where DAGs are parsed, is the number of tasks that load beside
`restore`. All of them should run at once. After a `restore` that died trigger it again with *resume*.

It needs what `postgres_restore` needs. See docs/hosts/airflow.md.
"""


@dag(
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    default_args=task_defaults(),
    tags=["postgres-backuper"],
    doc_md=DOC,
    params={
        "backup": Param("", type="string", description="A label from the log of a backup."),
        **FORM,
        "resume": Param(False, type="boolean", description="Continue a restore whose task `restore` died."),
    },
)
def postgres_restore_in_parts() -> None:
    """Lay out the graph."""

    @task(multiple_outputs=True, retries=0)
    @telling
    def confirmed() -> dict[str, Any]:
        return restore_in_parts_request(get_current_context()["params"])

    @task(task_id="report", trigger_rule=TriggerRule.ALL_DONE, retries=0, **mails())
    def end() -> list[str]:
        return report_parts(get_current_context())

    request: Any = confirmed()
    arguments = {name: request[name] for name in ("repository", "target", "into", "options")}
    loaded = restore_in_parts(workers=parallel_parts(), postgres_conn_id=request["conn_id"], **arguments)
    loaded >> end()


postgres_restore_in_parts()
