"""What the DAGs read from Variables, inside of their tasks."""

from __future__ import annotations

from typing import Any

from airflow.sdk import BaseHook, Variable
from airflow.sdk.exceptions import AirflowFailException

CONNECTION = "postgres_default"

# Variable → option and its default; the first five are those of the original DAGs.
_VARIABLES: tuple[tuple[str, str, Any], ...] = (
    ("PARALLEL_JOBS", "jobs", 4),
    ("INCREMENTAL_BACKUP", "incremental", None),
    ("LAST_FULL_BACKUP", "last_full_backup", None),
    ("BACKUP_RETENTION_DAYS", "keep_days", 30),
    ("BACKUP_ENCRYPTION", "encryption", None),
)
_FLAGS = ("incremental",)
_ENTRY = ("conn_id", "database", "name", "options")


def cloud_repository() -> str:
    """Return the repository of the Variables MINIO_BUCKET and MINIO_BACKUP_PATH."""
    path = Variable.get("MINIO_BACKUP_PATH", default="backups/postgres").strip("/")
    return f"s3://{Variable.get('MINIO_BUCKET', default='postgres-backup')}/{path}"


def local_repository() -> str:
    """Return the directory of the Variable LOCAL_BACKUP_DIR."""
    return str(Variable.get("LOCAL_BACKUP_DIR", default="/var/lib/postgresql/backups"))


def repository_of(where: str) -> str:
    """Return the repository of a form's field: ``cloud``, ``local``, or the place itself."""
    return {"cloud": cloud_repository, "local": local_repository}.get(where, lambda: where)()


def common_options() -> dict[str, Any]:
    """Return the options for all databases: those of single Variables, then those of BACKUP_OPTIONS."""
    options: dict[str, Any] = {}
    for variable, option, default in _VARIABLES:
        value = Variable.get(variable, default=default)
        if value is not None:
            # Python writes 'False'; any text would be true to Python
            options[option] = str(value).lower() if option in _FLAGS else value
    return {**options, **read_json("BACKUP_OPTIONS", {}, dict)}


def plan(repository: str) -> list[dict[str, Any]]:
    """Return the arguments of the operators, database by database, of the Variable BACKUP_DATABASES.

    Each entry is the name of a database, or an object with some of ``conn_id``, ``database``, ``name``, ``options``.
    """
    common = common_options()
    entries = read_json("BACKUP_DATABASES", [{}], list)
    if not entries:
        raise AirflowFailException("the Variable BACKUP_DATABASES is an empty list: name a database, or delete it")
    planned = [_planned(entry, repository, common) for entry in entries]
    names = [one["options"]["name"] for one in planned]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise AirflowFailException(
            f"BACKUP_DATABASES has {', '.join(map(repr, twice))} twice: give each entry a 'name' of its own"
        )
    return planned


def _planned(entry: Any, repository: str, common: dict[str, Any]) -> dict[str, Any]:
    fields = {"database": entry} if isinstance(entry, str) else entry
    if not isinstance(fields, dict) or not set(fields) <= set(_ENTRY):
        raise AirflowFailException(f"BACKUP_DATABASES: an entry is a name, or an object with {', '.join(_ENTRY)}")
    conn_id = fields.get("conn_id") or CONNECTION
    database = fields.get("database") or BaseHook.get_connection(conn_id).schema
    if not database:
        raise AirflowFailException(
            f"connection '{conn_id}' names no database: give it a schema, or the entry a 'database'"
        )
    own = {"name": fields.get("name") or database, **(fields.get("options") or {})}
    return {
        "postgres_conn_id": conn_id,
        "database": database,
        "repository": repository,
        "options": {**common, **own},
        "level": Variable.get("BACKUP_VERIFY_LEVEL", default="stored"),
    }


def read_json(variable: str, default: Any, kind: type) -> Any:
    """Return the value of a Variable that holds JSON of this kind."""
    try:
        value = Variable.get(variable, default=None, deserialize_json=True)
    except ValueError as error:
        raise AirflowFailException(f"the Variable {variable} is not JSON") from error
    if value is None:
        return default
    if not isinstance(value, kind):
        raise AirflowFailException(f"the Variable {variable} is not a JSON {'list' if kind is list else 'object'}")
    return value
