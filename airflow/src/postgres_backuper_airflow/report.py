"""Decides how a run ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

if TYPE_CHECKING:
    from airflow.sdk import Context

_GOOD = ("success", "skipped")


def report(context: Context, databases: list[dict[str, Any]] | None, group: str) -> list[str]:
    """Return a line for each database; fail when any task of the run has failed, skip when none made a backup.

    It looks at the states of all tasks: a failed one cannot turn green because a later one went well.
    """
    ti = context["ti"]
    lines = [_line(ti, one["options"]["name"], index, group) for index, one in enumerate(databases or [])]
    ti.xcom_push("report", "\n".join(lines))
    require_all(context)
    if not any(ti.xcom_pull(task_ids=f"{group}.backup", map_indexes=i) for i in range(len(lines))):
        raise AirflowSkipException("every backup was young enough")
    return lines


def require_all(context: Context, *, but: str | None = None) -> None:
    """Fail without retry unless every other task of the run went well or was skipped; ``but`` may still run."""
    ti = context["ti"]
    states = ti.get_task_states(dag_id=ti.dag_id, run_ids=[ti.run_id]).get(ti.run_id, {})
    others = {task: state for task, state in states.items() if task != ti.task_id and not (but and but in task)}
    bad = sorted(task for task, state in others.items() if state not in _GOOD)
    if bad or not states:
        raise AirflowFailException(f"not done: {', '.join(bad) or 'the states of the tasks are unknown'}")


def _line(ti: Any, name: str, index: int, group: str) -> str:
    result = ti.xcom_pull(task_ids=f"{group}.backup", map_indexes=index)
    if not result:
        return f"{name}: no new backup"
    backup = result["backups"][0]
    verified = ti.xcom_pull(task_ids=f"{group}.verify", map_indexes=index)
    level = verified["repositories"][0]["level"] if verified else "not verified"
    totals = backup["totals"]
    sizes = f"{totals['tables']} tables, {totals['rawBytes']} bytes, {totals['storedBytes']} stored"
    return f"{name}: {backup['label']}, {sizes}, verified: {level}"
