"""A task's texts for people: one for what was done, one for why it failed. Both are XComs, and texts of mails."""

from __future__ import annotations

import functools
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowException, AirflowSkipException

from postgres_backuper_airflow.figures import age, count, percent, shown, size

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from airflow.sdk import Context

#: Keys of the XComs.
REPORT = "report"
REASON = "reason"

#: Most objects in one text.
_MOST = 10

_P = ParamSpec("_P")
_T = TypeVar("_T")


def done(command: str, result: Mapping[str, Any]) -> str:
    """Return what a command did: label, sizes, rows and proof; empty without any of them."""
    every: list[Any] = result.get("backups" if command == "backup" else "repositories") or [result]
    tellers = {"backup": _backup, "verify": _verify, "restore": _restore, "prune": _prune, "status": _status}
    tell = tellers.get(command)
    return "" if tell is None else "; ".join(filter(None, map(tell, every)))


def why(document: Mapping[str, Any]) -> str:
    """Return why a command failed, and of which server and databases."""
    server, databases = document.get("server"), document.get("databases") or []
    return _cause(document) if server is None else f"{_cause(document)} [{_source(server, databases)}]"


def _cause(document: Mapping[str, Any]) -> str:
    """Return the error of a command, else every problem in its result."""
    error, result = document.get("error"), document.get("result") or {}
    if error:
        # a number for `check`
        single = result.get("problems")
        texts = [error.get("message"), *(single if isinstance(single, list) else []), *_restore_lacking(result)]
        return _with_hint("; ".join(map(str, texts)), error.get("hint"))
    problems = [item for item in result.get("items") or [] if item.get("state") == "problem"]
    texts = [_with_hint(f"{item.get('what')}: {item.get('text')}", item.get("hint")) for item in problems]
    blocking = [item for item in result.get("findings") or [] if item.get("severity") == "blocks"]
    texts += [_with_hint(str(item.get("what")), item.get("solution")) for item in blocking]
    for backup in result.get("backups") or []:
        missing = [one for one in backup.get("destinations") or [] if not one.get("committed")]
        texts += [f"not in {one.get('location')}: {one.get('problem') or 'unknown reason'}" for one in missing]
    return "; ".join(texts) or "see the log of this task"


def _restore_lacking(restored: Mapping[str, Any]) -> list[str]:
    """Return what a restore did not bring back: tables without rows first."""
    tables = restored.get("notLoaded") or []
    objects = restored.get("objects") if "notLoaded" in restored else []
    texts = [
        f"{one.get('schema')}.{one.get('table')} lacks {count(one.get('expectedRows'), 'row')}: {one.get('reason')}"
        for one in tables
    ]
    unmet = [one for one in restored.get("assertions") or [] if not one.get("ok")]
    texts += [f"assertion {one.get('name')}: {one.get('detail')}" for one in unmet]
    texts += [f"{one.get('object')}: {one.get('reason')}" for one in objects or []]
    more = len(texts) - _MOST
    return [*texts[:_MOST], *([f"and {more} more"] if more > 0 else [])]


@contextmanager
def kept(context: Context) -> Iterator[None]:
    """Store the reason of a failure in XCom, for the task that reports."""
    try:
        yield
    except AirflowSkipException:
        raise
    except Exception as error:
        # only texts of Airflow and ours are known to hold no secret
        text = str(error) if isinstance(error, AirflowException) else f"{type(error).__name__}, see the log"
        context["ti"].xcom_push(REASON, text)
        raise


def telling(function: Callable[_P, _T]) -> Callable[_P, _T]:
    """Let a function below ``@task`` store the reason of its failure in XCom."""

    @functools.wraps(function)
    def wrapped(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        with kept(get_current_context()):
            return function(*args, **kwargs)

    return wrapped


def _backup(backup: Mapping[str, Any]) -> str:
    if "part" in backup:
        return _backup_part(backup["part"])
    totals = backup["totals"]
    tables, raw, stored = count(totals["tables"], "table"), size(totals["rawBytes"]), size(totals["storedBytes"])
    source = f", {_source(backup['server'], [backup['database']])}" if "server" in backup else ""
    of = f"{backup['label']}, {tables}, {raw}, {stored} stored{_backup_standing(backup)}{source}"
    return "\n".join([of, *map(_backup_read, backup.get("parts") or [])])


def _backup_read(part: Mapping[str, Any]) -> str:
    """Return who read a part of the backup, a line for each."""
    who = "the task with the snapshot" if part["isHolder"] else "another task"
    where = f" on {shown(part['machine'])}" if part["machine"] else ""
    return f"  {_backup_what(part)}, read by {who}{where}"


def _backup_part(part: Mapping[str, Any]) -> str:
    read = ", ".join(_backup_what(one) for one in part["parts"])
    left_out = "; ".join(f"part {one['part']} {shown(one['why'])}" for one in part.get("leftOut") or [])
    if read:
        return f"{part['label']}, {read}{f'; not read: {left_out}' if left_out else ''}"
    return f"{part['label']}: {left_out or 'other tasks read what was asked for'}"


def _backup_what(part: Mapping[str, Any]) -> str:
    large = " and the large objects" if part.get("largeObjects") else ""
    return f"part {part['part']}: {count(part['tables'], 'table')}{large}, {size(part['rawBytes'])}"


def _backup_standing(backup: Mapping[str, Any]) -> str:
    saving, why_full = backup.get("saving"), backup.get("whyFull")
    if saving:
        share = percent(backup["totals"]["storedBytes"], saving["fullStoredBytes"])
        return f" (differential: {share} of its full)"
    return f" (full: {why_full})" if why_full else ""


def _source(server: str, databases: list[str]) -> str:
    names = ", ".join(f"'{shown(name)}'" for name in databases)
    noun = "database" if len(databases) == 1 else "databases"
    return f"server {server}, {noun} {names}" if names else f"server {server}"


def _verify(verified: Mapping[str, Any]) -> str:
    drills = dict.fromkeys(text for one in verified.get("backups") or [] if (text := _verify_drill(one)))
    return "; ".join([f"verified: {verified['level']}", *drills]) if "level" in verified else ""


def _verify_drill(backup: Mapping[str, Any]) -> str:
    verdict = backup.get("verdict")
    if verdict != "degraded":
        return f"drill {verdict.replace('-', ' ')}" if verdict else ""
    lacking = [*(backup.get("notTested") or []), *(one["object"] for one in backup.get("notRestored") or [])]
    more = f" and {len(lacking) - _MOST} more" if len(lacking) > _MOST else ""
    return f"drill degraded: every row is proven, but not {', '.join(map(shown, lacking[:_MOST]))}{more}"


def _restore(restored: Mapping[str, Any]) -> str:
    if "findings" in restored:
        return ""  # a plan
    if "indexes" in restored:
        return _restored_part(restored)
    tables = restored.get("tables") or []
    rows = sum(table["rows"] for table in tables)
    proven = all(table.get("proof") == "counted" and table["rows"] == table["expectedRows"] for table in tables)
    proof = ", every row counted" if tables and proven else ""
    figures = f"{count(len(tables), 'table')}, {count(rows, 'row')}{proof}"
    objects = [one["object"] for one in restored.get("objects") or []]
    more = f" and {len(objects) - _MOST} more" if len(objects) > _MOST else ""
    but = f", degraded: without {', '.join(map(shown, objects[:_MOST]))}{more}" if objects else ""
    of = f"{restored['label']} restored into '{shown(restored['database'])}': {figures}{but}"
    return "\n".join([of, *map(_restore_loaded, restored.get("parts") or [])])


def _restore_loaded(one: Mapping[str, Any]) -> str:
    """Return what one of several tasks restored."""
    who = "the task that made the database" if one["worker"] is None else f"part {shown(one['worker'])}"
    return f"  {who}: {count(one['tableCount'], 'table')}, {count(one['rows'], 'row')}, {size(one['bytes'])}"


def _restored_part(loaded: Mapping[str, Any]) -> str:
    figures = f"{count(loaded['tables'], 'table')}, {count(loaded['rows'], 'row')}, {size(loaded['bytes'])}"
    refused = loaded["refused"]
    left = f"; {refused} refused by the server, which the other task tries again" if refused else ""
    return f"{loaded['label']} into '{shown(loaded['into'])}': {figures}, {loaded['indexes']} indexes and keys{left}"


def _prune(pruned: Mapping[str, Any]) -> str:
    deleted = pruned.get("deleted") or []
    return f"{count(len(deleted), 'backup')} deleted, {size(pruned['freedBytes'])} freed" if deleted else ""


def _status(status: Mapping[str, Any]) -> str:
    newest = status.get("newest")
    return f"{newest['label']} of '{shown(status['name'])}' is {age(newest['ageMs'])} old" if newest else ""


def _with_hint(text: Any, hint: Any) -> str:
    return f"{text} ({hint})" if hint else str(text)
