"""Settings that are needed before a task runs: from the DAG processor's environment, so that parsing asks no server."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

from airflow.sdk import Asset

from postgres_backuper_airflow.mail import MailNotifier

#: Updated when every database was backed up and verified.
BACKED_UP = Asset(name="postgres_backup", uri="x-postgres-backuper://backup")
BACKED_UP_LOCAL = Asset(name="postgres_backup_local", uri="x-postgres-backuper://backup-local")
BACKED_UP_IN_PARTS = Asset(name="postgres_backup_in_parts", uri="x-postgres-backuper://backup-in-parts")
#: Updated when a backup was proven by restoring it.
DRILLED = Asset(name="postgres_restore_drill", uri="x-postgres-backuper://drill")


def task_defaults() -> dict[str, Any]:
    """Return the arguments of all tasks."""
    return {
        "retries": int(os.environ.get("POSTGRES_BACKUPER_RETRIES", "2")),
        "retry_delay": timedelta(seconds=float(os.environ.get("POSTGRES_BACKUPER_RETRY_DELAY", "300"))),
        "pool": os.environ.get("POSTGRES_BACKUPER_POOL", "default_pool"),
    }


def parallel_databases() -> int:
    """Return the number of databases that a run may process at once."""
    return int(os.environ.get("POSTGRES_BACKUPER_PARALLEL_DATABASES", "4"))


def parallel_parts() -> int:
    """Return the number of tasks that read one database beside the task that holds its snapshot."""
    return int(os.environ.get("POSTGRES_BACKUPER_WORKERS", "4"))


def mails() -> dict[str, Any]:
    """Return the callbacks of the task that decides how a run ended."""
    return {"on_failure_callback": [MailNotifier("failed")], "on_success_callback": [MailNotifier("succeeded")]}
