"""What the form of the DAG ``postgres_restore`` asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowFailException

from postgres_backuper_airflow.lookup import variable
from postgres_backuper_airflow.plan import repository_of

if TYPE_CHECKING:
    from collections.abc import Mapping


def restore_request(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of the operator; fail without retry unless the new database was named twice."""
    into, at = params["into"], params["at"]
    if not into:
        raise AirflowFailException("'into' is empty: name the new database")
    if params["confirm"] != into:
        raise AirflowFailException("'confirm' is not the name of the new database: nothing was restored")
    return {
        "conn_id": params["conn_id"],
        "repository": repository_of(params["from"]),
        "target": None if at else params["backup"],
        "at": at,
        "into": into,
        "options": {
            "name": params["name"],
            "no_owner": params["no_owner"],
            "jobs": variable("PARALLEL_JOBS", "4"),
            "encryption": variable("BACKUP_ENCRYPTION"),
        },
    }
