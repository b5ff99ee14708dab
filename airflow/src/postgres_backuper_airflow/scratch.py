"""Scratch databases of a drill: created by a restore, queried by psql, always dropped."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from airflow.sdk.exceptions import AirflowException, AirflowFailException

from postgres_backuper_airflow.connections import postgres_variables
from postgres_backuper_airflow.variables import of_worker

#: Only databases of this name are ever dropped.
PREFIX = "backuper_drill_"

_LIBPQ = {"HOST": "PGHOST", "PORT": "PGPORT", "USER": "PGUSER", "PASSWORD": "PGPASSWORD"}


def scratch_name(run_id: str, index: int) -> str:
    """Return the name of the scratch database of this run and database: the same for all its tasks."""
    return f"{PREFIX}{hashlib.sha256(f'{run_id} {index}'.encode()).hexdigest()[:16]}"


def drop(conn_id: str, database: str) -> None:
    """Drop a scratch database, if it is there."""
    if not database.startswith(PREFIX):
        raise AirflowFailException(f"'{database}' is not a scratch database: it stays")
    ask(conn_id, "postgres", f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')


def ask(conn_id: str, database: str, query: str) -> str:
    """Return psql's output for one query, unaligned and without headers."""
    given = postgres_variables(conn_id)
    address = {variable: given[f"BACKUP_{name}"] for name, variable in _LIBPQ.items() if f"BACKUP_{name}" in given}
    libpq = {name: value for name, value in given.items() if name.startswith("PG")}
    environment = {**of_worker(), "PGCONNECT_TIMEOUT": "10", **libpq, **address, "PGDATABASE": database}
    command = [_psql(), "-XAtqw", "-v", "ON_ERROR_STOP=1", "-c", query]
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise AirflowException(f"psql: {done.stderr.strip()[:1000]}")
    return done.stdout.strip()


def _psql() -> str:
    folders = [os.environ.get(name, "") for name in ("BACKUP_PG_BIN_DIR", "PG_BIN_DIR")]
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name, reverse=True)
    path = os.pathsep.join([*filter(None, folders), os.environ.get("PATH", ""), *map(str, installed)])
    found = shutil.which("psql", path=path)
    if found is None:
        raise AirflowFailException("there is no psql on the worker: install PostgreSQL's client programs")
    return found
