"""One very large database, read by several tasks at the same time into one backup."""

from __future__ import annotations

import secrets
from datetime import datetime, timezone
from typing import Any, NamedTuple

from airflow.sdk import TaskGroup, XComArg, task

from postgres_backuper_airflow.operators import PostgresBackupPartOperator, PostgresPartitionedBackupOperator
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
        # first into a pool: the others wait for it
        of_holder = {**arguments, "retries": 0, "priority_weight": 100}
        holder = PostgresPartitionedBackupOperator(task_id="backup", backup_label=label, parts=parts, **of_holder)
        PostgresBackupPartOperator.partial(
            task_id="part", backup_label=label, map_index_template="part {{ task.part }}", **arguments
        ).expand(part=[f"{part}/{parts}" for part in range(1, parts)])
    return InParts(group, XComArg(holder, key="label"))


@task(task_id="label")
@telling
def _label() -> str:
    return new_label()
