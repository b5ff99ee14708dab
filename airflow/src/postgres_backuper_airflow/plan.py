"""What the DAGs read from Variables, inside of their tasks."""

from __future__ import annotations

from typing import Any

from airflow.sdk.exceptions import AirflowFailException

from postgres_backuper_airflow.lookup import read_json, required_connection, variable
from postgres_backuper_airflow.variables import of_options

CONNECTION = "postgres_default"

# Variable → option and its default; the first five are those of the original DAGs.
_VARIABLES: tuple[tuple[str, str, str | None], ...] = (
    ("PARALLEL_JOBS", "jobs", "4"),
    ("INCREMENTAL_BACKUP", "incremental", None),
    ("LAST_FULL_BACKUP", "last_full_backup", None),
    ("BACKUP_RETENTION_DAYS", "keep_days", "30"),
    ("BACKUP_ENCRYPTION", "encryption", None),
)
_FLAGS = ("incremental",)
_ENTRY = ("conn_id", "database", "name", "options")


def cloud_repository() -> str:
    """Return the repository of the Variables MINIO_BUCKET and MINIO_BACKUP_PATH."""
    path = str(variable("MINIO_BACKUP_PATH", "backups/postgres")).strip("/")
    return f"s3://{variable('MINIO_BUCKET', 'postgres-backup')}/{path}"


def local_repository() -> str:
    """Return the directory of the Variable LOCAL_BACKUP_DIR."""
    return str(variable("LOCAL_BACKUP_DIR", "/var/lib/postgresql/backups"))


def repository_of(where: str) -> str:
    """Return the repository of a form's field: ``cloud``, ``local``, or the place itself."""
    return {"cloud": cloud_repository, "local": local_repository}.get(where, lambda: where)()


def common_options() -> dict[str, Any]:
    """Return the options for all databases: those of single Variables, then those of BACKUP_OPTIONS."""
    options: dict[str, Any] = {}
    for name, option, default in _VARIABLES:
        value = variable(name, default)
        if value is not None:
            # Python writes 'False'; any text would be true to Python
            options[option] = str(value).lower() if option in _FLAGS else value
    return {**options, **_known("BACKUP_OPTIONS", read_json("BACKUP_OPTIONS", {}, dict))}


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


def only_database(repository: str) -> dict[str, Any]:
    """Return the arguments of the operators for a backup in parts, which is of one database."""
    planned = plan(repository)
    if len(planned) != 1:
        raise AirflowFailException(
            f"BACKUP_DATABASES names {len(planned)} databases, and a backup in parts is of one: "
            "give each a DAG of its own"
        )
    return planned[0]


def _planned(entry: Any, repository: str, common: dict[str, Any]) -> dict[str, Any]:
    fields = {"database": entry} if isinstance(entry, str) else entry
    if not isinstance(fields, dict) or not set(fields) <= set(_ENTRY) or not _are_texts(fields):
        raise AirflowFailException(
            f"BACKUP_DATABASES: an entry is a name, or an object with {', '.join(_ENTRY)}{_unknown(fields)}"
        )
    empty = [name for name in _ENTRY if isinstance(fields.get(name), str) and not fields[name].strip()]
    if empty:
        # with a default it would be another database, or another server
        raise AirflowFailException(f"BACKUP_DATABASES: an entry has an empty {empty[0]!r}: fill it in, or leave it out")
    conn_id = fields.get("conn_id") or CONNECTION
    database = fields.get("database") or required_connection(conn_id).schema
    if not database:
        raise AirflowFailException(
            f"connection '{conn_id}' names no database: give it a schema, or the entry a 'database'"
        )
    options = {} if fields.get("options") is None else fields["options"]
    own = {"name": fields.get("name") or database, **_known("BACKUP_DATABASES", options)}
    return {
        "postgres_conn_id": conn_id,
        "database": database,
        "repository": repository,
        "options": {**common, **own},
        "level": variable("BACKUP_VERIFY_LEVEL", "stored"),
    }


def _unknown(fields: Any) -> str:
    names = sorted(set(fields) - set(_ENTRY)) if isinstance(fields, dict) else []
    return f", not {', '.join(map(repr, names))}" if names else ""


def _are_texts(fields: dict[str, Any]) -> bool:
    return all(isinstance(value, str) for name, value in fields.items() if name != "options" and value is not None)


def _known(name: str, options: Any) -> dict[str, Any]:
    """Refuse what no operator takes here, before a task begins with it: a misspelt option protects nothing."""
    if not isinstance(options, dict):
        raise AirflowFailException(f"the Variable {name}: 'options' is not a JSON object")
    try:
        of_options(options)
    except AirflowFailException as error:
        raise AirflowFailException(f"the Variable {name}: {error}") from error
    return options
