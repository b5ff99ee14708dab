"""One very large database, read by several tasks at the same time into one backup, or brought back by several."""

from __future__ import annotations

import secrets
from datetime import datetime, timezone
from typing import Any, NamedTuple

from airflow.sdk import TaskGroup, XComArg, task

from postgres_backuper_airflow.operators import (
    PostgresBackupPartOperator,
    PostgresPartitionedBackupOperator,
    PostgresPartitionedRestoreOperator,
    PostgresRestorePartOperator,
)
from postgres_backuper_airflow.told import telling


def new_label() -> str:
    """Return the label of a backup that begins now."""
    return f"backup_{datetime.now(timezone.utc):%Y%m%d_%H%M%S}_{secrets.token_hex(3)}"


class InParts(NamedTuple):
    """What other tasks follow."""

    #: All tasks, e.g. for one that reports.
    group: TaskGroup
    #: Known once the backup is whole, whatever became of single parts.
    label: XComArg


def back_up_in_parts(*, workers: int = 4, group_id: str = "parts", **arguments: Any) -> InParts:
    """Add the tasks ``label`` → ``backup`` beside the mapped ``part``.

    All run at the same time, on any workers: they share the server and the repository. ``part`` may be tried again: the
    server gives back what it had begun. ``backup`` is not, because a label is one snapshot: clear ``label`` with what
    follows it.

    :param workers: how many tasks read beside the one that holds the snapshot.
    :param arguments: of all tasks, as :class:`PostgresBackupOperator` takes them, and those of Airflow, e.g. ``pool``.
    """
    parts = workers + 1
    with TaskGroup(group_id) as group:
        label = _label()
        holder = PostgresPartitionedBackupOperator(
            task_id="backup", backup_label=label, parts=parts, **_of_holder(arguments)
        )
        PostgresBackupPartOperator.partial(
            task_id="part", backup_label=label, map_index_template="part {{ task.part }}", **arguments
        ).expand(part=_numbers(parts))
    return InParts(group, XComArg(holder, key="label"))


def restore_in_parts(*, workers: int = 4, group_id: str = "parts", **arguments: Any) -> TaskGroup:
    """Add the task ``restore`` beside the mapped ``part``, and return all of them.

    All run at the same time, on any workers: they share the database server alone. ``part`` may be tried again: the
    server gives back what it had begun. ``restore`` is not: what it left is continued by a run with the option
    ``resume``.

    :param workers: how many tasks load beside the one that makes the database.
    :param arguments: of all tasks, as :class:`PostgresRestoreOperator` takes them, and those of Airflow, e.g. ``pool``.
        ``target`` must be a label.
    """
    parts = workers + 1
    with TaskGroup(group_id) as group:
        PostgresPartitionedRestoreOperator(task_id="restore", parts=parts, **_of_holder(arguments))
        PostgresRestorePartOperator.partial(
            task_id="part", map_index_template="part {{ task.part }}", **arguments
        ).expand(part=_numbers(parts))
    return group


def _of_holder(arguments: dict[str, Any]) -> dict[str, Any]:
    # first into a pool: the others wait for it
    return {**arguments, "retries": 0, "priority_weight": 100}


def _numbers(parts: int) -> list[str]:
    """Return the parts of all tasks but the holder."""
    return [f"{part}/{parts}" for part in range(1, parts)]


@task(task_id="label")
@telling
def _label() -> str:
    return new_label()
