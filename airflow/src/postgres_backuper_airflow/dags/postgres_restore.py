"""By hand only: brings a backup back into a new database."""

from __future__ import annotations

from typing import Any

import pendulum
from airflow.sdk import Param, dag, get_current_context, task

from postgres_backuper_airflow.operators import PostgresRestoreOperator
from postgres_backuper_airflow.restoring import FORM, restore_request
from postgres_backuper_airflow.settings import mails, task_defaults

DOC = """
### Restore

Trigger it with the form. The backup comes back into a **new** database; one that exists is refused, so nothing is ever
overwritten. It needs the private key (Connection `postgres_backuper_keys` or the Variables `BACKUP_PRIVATE_KEY` and
`BACKUP_PRIVATE_KEY_PASSPHRASE`), and a role that may create databases.
"""


@dag(
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    default_args={**task_defaults(), "retries": 0},
    tags=["postgres-backuper"],
    doc_md=DOC,
    params={
        "backup": Param("latest", type="string", description="A label from the log of a backup, or latest."),
        "at": Param(
            None,
            type=["null", "string"],
            format="date-time",
            description="Instead: the newest backup made at or before this time.",
        ),
        **FORM,
    },
)
def postgres_restore() -> None:
    """Lay out the graph."""

    @task(multiple_outputs=True, on_failure_callback=mails()["on_failure_callback"])
    def confirmed() -> dict[str, Any]:
        return restore_request(get_current_context()["params"])

    request: Any = confirmed()
    PostgresRestoreOperator(
        task_id="restore",
        postgres_conn_id=request["conn_id"],
        repository=request["repository"],
        target=request["target"],
        at=request["at"],
        into=request["into"],
        options=request["options"],
        **mails(),
    )


postgres_restore()
