"""Finds keys and passphrases: in a Connection's extra, else in Variables. Read while a task runs, never before."""

from __future__ import annotations

from typing import Any

from airflow.sdk.exceptions import AirflowFailException

from postgres_backuper_airflow.lookup import connection, extra, variable
from postgres_backuper_airflow.options import OPTIONS

# They come from the Connections of the database and of the storage.
_OF_CONNECTIONS = ("database_url", "password", "s3_access_key", "s3_secret_key")
# A backup needs none of them: a task cannot lose what it does not get.
_READING = ("private_key", "private_key_passphrase")


def key_variables(command: str, conn_id: str | None, *, reads: bool) -> dict[str, str]:
    """Return the variables of the keys that this command takes; ``reads`` says whether it decrypts."""
    given = _extra(conn_id)
    variables: dict[str, str] = {}
    for name, option in OPTIONS.items():
        if not option.is_secret or name in _OF_CONNECTIONS or command not in option.commands:
            continue
        if name in _READING and not reads:
            continue
        value = given.get(name) or variable(option.variable)
        if value:
            variables[option.variable] = str(value)
    return variables


def _extra(conn_id: str | None) -> dict[str, Any]:
    if conn_id is None:
        return {}
    found = connection(conn_id)
    fields = {} if found is None else extra(found)
    unknown = sorted(set(fields) - {name for name, option in OPTIONS.items() if option.is_secret})
    if unknown:
        raise AirflowFailException(
            f"connection '{conn_id}': its extra has {', '.join(map(repr, unknown))}, which is not one of our keys"
        )
    return fields
