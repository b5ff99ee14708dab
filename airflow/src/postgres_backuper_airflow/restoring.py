"""What the forms of the DAGs ``postgres_restore`` and ``postgres_restore_in_parts`` ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import Param
from airflow.sdk.exceptions import AirflowFailException

from postgres_backuper_airflow.lookup import variable
from postgres_backuper_airflow.plan import repository_of

if TYPE_CHECKING:
    from collections.abc import Mapping


#: Fields of both forms.
FORM: dict[str, Param] = {
    "name": Param(
        None,
        type=["null", "string"],
        description="What the backups are called. Empty: as the database of the Connection.",
    ),
    "into": Param("", type="string", title="New database", description="It must not exist yet."),
    "confirm": Param("", type="string", title="Confirmation", description="The new database's name once more."),
    "from": Param(
        "cloud",
        type="string",
        description="cloud, local, s3://bucket/prefix, sftp://user@host/path or a directory of the worker.",
    ),
    "conn_id": Param("postgres_default", type="string", description="Connection of the server to restore to."),
    "no_owner": Param(False, type="boolean", description="Everything belongs to the role that restores."),
}


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


def restore_in_parts_request(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of the operators; fail without retry unless there is a label, the same for all tasks."""
    label = params["backup"]
    if not label or label == "latest":
        raise AirflowFailException("'backup' is no label: name it, because a newer one may come while the tasks start")
    request = restore_request({**params, "at": None})
    return {**request, "options": {**request["options"], "resume": params["resume"]}}
