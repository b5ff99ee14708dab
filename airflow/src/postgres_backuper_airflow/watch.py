"""What the DAG ``postgres_backup_watch`` asks."""

from __future__ import annotations

from typing import Any

from postgres_backuper_airflow.lookup import variable
from postgres_backuper_airflow.options import OPTIONS
from postgres_backuper_airflow.plan import plan, repository_of


def watch_plan() -> list[dict[str, Any]]:
    """Return the arguments of PostgresStatusOperator, for each database that is to be backed up."""
    repository = repository_of(str(variable("WATCH_REPOSITORY", "cloud")))
    max_age = variable("BACKUP_MAX_AGE", "26h")
    return [
        {
            "repository": repository,
            "max_age": max_age,
            "options": {name: value for name, value in one["options"].items() if "status" in OPTIONS[name].commands},
        }
        for one in plan(repository)
    ]
