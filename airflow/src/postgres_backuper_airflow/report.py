"""Decides how a run ended, and reports it database by database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from postgres_backuper_airflow.figures import shown
from postgres_backuper_airflow.told import REASON, REPORT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airflow.sdk import Context

_GOOD = ("success", "skipped")
# caused by the task before it
_FOLLOWS = "upstream_failed"


class Chain(NamedTuple):
    """The tasks that each database gets."""

    group: str
    tasks: tuple[str, ...]
    #: The task that decides, and the text that is reported without its success.
    main: str
    lacks: str
    #: The task that may still run while the report is made.
    late: str | None = None

    def id_of(self, task: str) -> str:
        """Return the id of a task in the DAG."""
        return f"{self.group}.{task}" if self.group else task


BACKUPS = Chain("database", ("check", "backup", "verify", "rotate"), "backup", "no new backup")
DRILLS = Chain("database", ("scratch", "restore", "queries", "drop"), "queries", "not proven", "drop")
WATCH = Chain("", ("status",), "status", "ALARM")


def report(context: Context, databases: Sequence[Mapping[str, Any]] | None, chain: Chain) -> list[str]:
    """Return a line for each database; fail when any task of the run has failed, skip when none had anything to do.

    It looks at the states of all tasks: a failed one stays failed although a later one succeeded.
    """
    ti = context["ti"]
    states = ti.get_task_states(dag_id=ti.dag_id, run_ids=[ti.run_id]).get(ti.run_id, {})
    rest = {task: state for task, state in states.items() if task != ti.task_id}
    good: list[str] = []
    bad: list[str] = []
    for index, one in enumerate(databases or []):
        own = {task: rest.pop(f"{chain.id_of(task)}_{index}", None) for task in chain.tasks}
        line = f"{shown(one['options']['name'])}: {_line(ti, chain, index, own)}"
        (good if _is_good(own, chain) else bad).append(line)
    bad = [*_others(ti, rest), *bad]
    if not states:
        bad.append("the states of the tasks are unknown")
    ti.xcom_push(REPORT, "\n".join([*bad, *good]))
    if bad:
        raise AirflowFailException("\n".join(bad))
    if not any(states.get(f"{chain.id_of(chain.main)}_{index}") == "success" for index in range(len(good))):
        raise AirflowSkipException("nothing was to be done")
    return good


def report_parts(context: Context, part: str = "parts.part") -> list[str]:
    """Return what the tasks of a backup or a restore in parts tell; fail when any but a part has failed.

    What a part that failed had left was done by another task.
    """
    ti = context["ti"]
    states = ti.get_task_states(dag_id=ti.dag_id, run_ids=[ti.run_id]).get(ti.run_id, {})
    parts = {task: state for task, state in states.items() if task.startswith(part)}
    rest = {task: state for task, state in states.items() if task not in parts and task != ti.task_id}
    bad = _others(ti, rest) if rest else ["the states of the tasks are unknown"]
    told = [ti.xcom_pull(key=REPORT, task_ids=task) for task in sorted(rest)]
    lost = [f"{task} {state}: another task did its work" for task, state in sorted(parts.items()) if state == "failed"]
    lines = [*bad, *filter(None, told), *([] if bad else lost)]
    ti.xcom_push(REPORT, "\n".join(lines))
    if bad:
        raise AirflowFailException("\n".join(bad))
    return lines


def _is_good(own: Mapping[str, str | None], chain: Chain) -> bool:
    return all(state in _GOOD for task, state in own.items() if task != chain.late or state == "failed")


def _line(ti: Any, chain: Chain, index: int, own: Mapping[str, str | None]) -> str:
    texts = [] if own[chain.main] in _GOOD else [chain.lacks]
    for task, state in own.items():
        pull = {"task_ids": chain.id_of(task), "map_indexes": index}
        if state in _GOOD:
            texts.append(ti.xcom_pull(key=REPORT, **pull) or "")
        elif state != _FOLLOWS and not (task == chain.late and state != "failed"):
            texts.append(f"{task} {state or 'did not run'}: {ti.xcom_pull(key=REASON, **pull) or 'see its log'}")
    return ", ".join(filter(None, texts))


def _others(ti: Any, states: Mapping[str, str | None]) -> list[str]:
    """Return a line for each failed task that belongs to no database."""
    failed = {task: state for task, state in sorted(states.items()) if state not in (*_GOOD, _FOLLOWS)}
    lines = [
        f"{task} {state}: {ti.xcom_pull(key=REASON, task_ids=task) or 'see its log'}" for task, state in failed.items()
    ]
    if lines:
        return lines
    return [f"not done: {task}" for task, state in sorted(states.items()) if state not in _GOOD]
