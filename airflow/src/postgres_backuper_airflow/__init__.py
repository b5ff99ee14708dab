"""Operators and DAGs that back up PostgreSQL with postgres-backuper."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any


def provider_info() -> dict[str, Any]:
    """Tell Airflow about this package."""
    return {
        "package-name": "postgres-backuper-airflow",
        "name": "postgres-backuper",
        "description": "Encrypted backups of PostgreSQL, proven by restoring them.",
        "versions": [version("postgres-backuper-airflow")],
    }
