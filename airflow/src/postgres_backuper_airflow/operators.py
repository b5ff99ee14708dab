"""Operators, one for each command that a DAG needs."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException
from airflow.sdk.log import mask_secret

from postgres_backuper_airflow import program
from postgres_backuper_airflow.connections import postgres_variables, s3_variables
from postgres_backuper_airflow.directory import of_repositories, require_directory
from postgres_backuper_airflow.exit_status import LASTING, PARTLY, SKIPPED
from postgres_backuper_airflow.keys import key_variables
from postgres_backuper_airflow.options import OPTIONS
from postgres_backuper_airflow.process import Process
from postgres_backuper_airflow.results import label_of, path_of, small
from postgres_backuper_airflow.told import REPORT, done, kept, why
from postgres_backuper_airflow.variables import of_options, of_worker, refuse_jinja

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airflow.sdk import Context

    from postgres_backuper_airflow.options import Options

_YOUNG = "the newest backup is young enough"


class PostgresBackuperOperator(BaseOperator):
    """Run one command of postgres-backuper; the base of the operators below.

    The result, which holds no secret, is returned to XCom; the label of the backup is also under the key ``label``,
    the path of a backup in a directory under ``path``. ``report`` is one line for people; a failed task stores
    ``reason`` instead, which is the text of its exception too.
    Exit status 99 skips the task; 2, 3 and 4 fail it without retry, and so does 1 of a restore that lacks rows of some
    tables, since its database is kept; others fail it, and Airflow tries again.

    :param postgres_conn_id: Connection of type ``postgres``. Its schema is the database. None: no server is needed.
    :param database: the database, when it is not the Connection's schema.
    :param repository: ``s3://bucket/prefix``, ``sftp://user@host/path`` or a directory of the worker.
    :param s3_conn_id: Connection of type ``aws``, read where the repository is on S3. None: what the worker has counts.
    :param aws_conn_id: the same, by the name that the provider ``amazon`` gives it.
    :param keys_conn_id: Connection whose extra holds keys and passphrases by the names of the options, e.g.
        ``public_key``. What it lacks, also altogether, is taken from Variables such as ``BACKUP_PUBLIC_KEY``.
    :param options: further options, see :class:`postgres_backuper_airflow.options.Options`.
    :param node: path of Node.js on the worker.
    """

    command: ClassVar[str]
    # Exit statuses without retry.
    lasting: ClassVar[tuple[int, ...]] = LASTING
    # The command decrypts, and so gets the private key.
    reads: ClassVar[bool] = False
    template_fields: Sequence[str] = (
        "postgres_conn_id",
        "database",
        "repository",
        "s3_conn_id",
        "keys_conn_id",
        "options",
    )
    template_fields_renderers: ClassVar[dict[str, str]] = {"options": "json"}
    ui_color = "#e3eef9"

    def __init__(
        self,
        *,
        postgres_conn_id: str | None = "postgres_default",
        database: str | None = None,
        repository: str | None = None,
        s3_conn_id: str | None = "minio_default",
        aws_conn_id: str | None = None,
        keys_conn_id: str | None = "postgres_backuper_keys",
        options: Options | Mapping[str, Any] | None = None,
        node: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.postgres_conn_id = postgres_conn_id
        self.database = database
        self.repository = repository
        self.s3_conn_id = aws_conn_id or s3_conn_id
        self.keys_conn_id = keys_conn_id
        self.options = options
        self.node = node
        self._process: Process | None = None

    def execute(self, context: Context) -> Any:
        """Run the command to its end."""
        with kept(context):
            return self._execute(context)

    def _execute(self, context: Context) -> Any:
        command = [program.node(self.node), str(program.bundle()), self.command, *self.arguments()]
        environment = {**self.environment(), **_of_task(context)}
        with tempfile.TemporaryDirectory(prefix="postgres-backuper-") as folder:
            file = Path(folder) / "result.json"
            status = self._run(command, {**environment, "BACKUP_RESULT_FILE": str(file)})
            document = json.loads(file.read_bytes()) if file.is_file() else {}
        result = small(document.get("result"))
        self._push(context, status, result)
        self._tell(context, status, document)
        self._raise_for(status, document, environment)
        return result

    def on_kill(self) -> None:
        """End the program and all that it started."""
        if self._process is not None:
            self._process.end()

    def arguments(self) -> list[str]:
        """Return the arguments after the command's name; no secrets."""
        return []

    def own_options(self) -> dict[str, Any]:
        """Return the options that the operator's arguments set."""
        database = None if self.database is None else [self.database]
        return {"dbname": database, "repository": self.repository}

    def environment(self) -> dict[str, str]:
        """Return all variables of the program: of the worker, the Connections, the options and the keys."""
        for name in self.template_fields:
            refuse_jinja(name, getattr(self, name))
        own, further = _given(self.own_options()), dict(self.options or {})
        for name in own.keys() & _given(further).keys():
            if further[name] not in (own[name], [own[name]]):
                raise AirflowFailException(f"options[{name!r}] says something else than the argument of the operator")
        options = of_options({**further, **own})
        secrets = key_variables(self.command, self.keys_conn_id, reads=self.decrypts())
        if options.get("BACKUP_ENCRYPTION") == "none":
            secrets = {}
        for value in secrets.values():
            mask_secret(value)
        connections = postgres_variables(self.postgres_conn_id) if self.postgres_conn_id else {}
        if self.s3_conn_id and "s3://" in options.get("BACKUP_REPOSITORY", "s3://"):
            connections |= s3_variables(self.s3_conn_id)
        files = {name.removesuffix("_FILE") for name in options if name.endswith("_FILE")}
        chosen = {name: value for name, value in {**connections, **secrets}.items() if name not in files}
        # arguments win over Connections
        given = {name.replace("BACKUP_", "BACKUP_INPUT_", 1): value for name, value in options.items()}
        return {**of_worker(), **chosen, **given}

    def decrypts(self) -> bool:
        """Say whether the private key is needed."""
        return self.reads

    def _run(self, command: list[str], environment: dict[str, str]) -> int:
        self._process = Process(command, {**environment, "BACKUP_CI": "airflow"})
        try:
            return self._process.follow(self.log)
        finally:
            self._process.end()

    def _push(self, context: Context, status: int, result: Any) -> None:
        """Store the result of a failed task too: it says which database or repository is missing."""
        label = label_of(result)
        if label is not None:
            context["ti"].xcom_push("label", label)
            path = path_of(result, label)
            if path is not None:
                context["ti"].xcom_push("path", path)
        if status not in (0, SKIPPED) and result is not None:
            context["ti"].xcom_push("result", result)

    def is_done(self, status: int) -> bool:
        """Say whether the status is a success."""
        return status == 0

    def _tell(self, context: Context, status: int, document: dict[str, Any]) -> None:
        """Store one text for people, for mails and callbacks."""
        text = done(self.command, document.get("result") or {}) if self.is_done(status) else ""
        if status == SKIPPED:
            text = _YOUNG
        if text:
            context["ti"].xcom_push(REPORT, text)

    def _raise_for(self, status: int, document: dict[str, Any], environment: Mapping[str, str]) -> None:
        if self.is_done(status):
            if status != 0:
                self.log.warning("degraded: %s", why(document))
            return
        of = environment.get("BACKUP_INPUT_NAME") or self.database or environment.get("BACKUP_DBNAME")
        about = f"{self.command} of {of!r}" if of else self.command
        text = f"{about} ended with exit status {status}: {why(document)}"
        if status == SKIPPED:
            raise AirflowSkipException(_YOUNG)
        # a restore that kept the other tables: its database exists now
        if status in self.lasting or (document.get("result") or {}).get("notLoaded"):
            raise AirflowFailException(text)
        raise AirflowException(text)


class _WritingOperator(PostgresBackuperOperator):
    """A command that writes to the repository."""

    template_fields: Sequence[str] = (*PostgresBackuperOperator.template_fields, "create")

    def __init__(self, *, create: bool | str = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.create = create

    def environment(self) -> dict[str, str]:
        """Refuse a directory in which nothing was ever stored: its disk may not be mounted."""
        variables = super().environment()
        for directory in of_repositories(variables.get("BACKUP_INPUT_REPOSITORY", "")):
            require_directory(directory, create=str(self.create).lower() == "true")
        return variables


class PostgresCheckOperator(_WritingOperator):
    """Find everything that would stop a backup, before it starts.

    :param create: the repository is a directory that is new, so it may be missing or empty.
    """

    command = "check"


class PostgresBackupOperator(_WritingOperator):
    """Make an encrypted backup and confirm it. Expired ones are deleted only with the option ``no_prune=False``.

    :param create: the repository is a directory that is new, so it may be missing or empty.
    """

    command = "backup"

    def own_options(self) -> dict[str, Any]:
        """Leave prune to a task of its own, so that it shows in the graph."""
        given = (self.options or {}).get("no_prune")
        return {**super().own_options(), "no_prune": True if given is None else given}

    def decrypts(self) -> bool:
        """A backup that is read back needs the private key."""
        return (self.options or {}).get("verify") in ("content", "restore")


class _InPartsOperator(PostgresBackupOperator):
    """A task of a backup that several tasks read at the same time; see :mod:`postgres_backuper_airflow.parts`."""

    template_fields: Sequence[str] = (*PostgresBackupOperator.template_fields, "backup_label")

    def __init__(self, *, backup_label: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.backup_label = backup_label

    def own_options(self) -> dict[str, Any]:
        """Add the label; without one each task would make a backup of its own."""
        if not self.backup_label:
            raise AirflowFailException("'backup_label' is empty: give all tasks of the backup the same one")
        return {**super().own_options(), "label": self.backup_label}


class PostgresPartitionedBackupOperator(_InPartsOperator):
    """Hold the snapshot of a backup in parts, read what no other task reads, and commit the whole.

    It must run at the same time as the others.

    :param backup_label: the same in all tasks of the backup, and never used twice; see ``new_label``.
    :param parts: how many parts the large tables are shared out to: one more than there are other tasks.
    """

    template_fields: Sequence[str] = (*_InPartsOperator.template_fields, "parts")

    def __init__(self, *, parts: int | str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.parts = parts

    def own_options(self) -> dict[str, Any]:
        """Add the number of parts."""
        return {**super().own_options(), "parts": self.parts}


class PostgresBackupPartOperator(_InPartsOperator):
    """Read a part of a backup whose snapshot another task holds. A part that is read or stored already is a success.

    :param backup_label: the same in all tasks of the backup, and never used twice; see ``new_label``.
    :param part: e.g. ``2/5``; ``next/5``: parts that nobody reads, until none is left.
    """

    template_fields: Sequence[str] = (*_InPartsOperator.template_fields, "part")

    def __init__(self, *, part: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.part = part

    def own_options(self) -> dict[str, Any]:
        """Add the part."""
        if not self.part:
            raise AirflowFailException("'part' is empty: without one the task would make a backup of its own")
        return {**super().own_options(), "part": self.part}

    def decrypts(self) -> bool:
        """The task with the snapshot reads the backup back, if any does."""
        return False


class _TargetOperator(PostgresBackuperOperator):
    """A command about one backup.

    :param target: a label, or ``latest``.
    :param at: instead: the newest backup made at or before this time, ISO 8601.
    """

    reads = True
    template_fields: Sequence[str] = (*PostgresBackuperOperator.template_fields, "target", "at")

    def __init__(self, *, target: str | None = None, at: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.target = target
        self.at = at

    def arguments(self) -> list[str]:
        return [self.target] if self.target and not self.at else []

    def own_options(self) -> dict[str, Any]:
        return {**super().own_options(), "at": self.at}


class PostgresVerifyOperator(_TargetOperator):
    """Verify a backup.

    :param target: a label, or ``latest``, which is the default.
    :param at: instead: the newest backup made at or before this time, ISO 8601.
    :param level: ``stored``: every object is there. ``content``: every object is read and every hash compared.
        ``restore``: it is restored into a scratch database and compared. The last two need the private key.
    """

    command = "verify"
    template_fields: Sequence[str] = (*_TargetOperator.template_fields, "level")

    def __init__(self, *, level: str = "content", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.level = level

    def own_options(self) -> dict[str, Any]:
        """Add the level."""
        return {**super().own_options(), "level": self.level}

    def decrypts(self) -> bool:
        """Every level but ``stored`` reads the backup, and so needs the private key."""
        return self.level != "stored"


class PostgresRestoreOperator(_TargetOperator):
    """Bring a backup back into a new database; one that exists is refused.

    :param target: a label, or ``latest``.
    :param at: instead: the newest backup made at or before this time, ISO 8601.
    :param into: the new database. Always to be said: nothing is restored by chance.
    :param degraded: exit status 4 is a success with a warning: every row is there, and some objects are not as they
        were. For a drill.
    """

    command = "restore"
    template_fields: Sequence[str] = (*_TargetOperator.template_fields, "into")

    def __init__(self, *, into: str, degraded: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.into = into
        self.degraded = degraded

    def own_options(self) -> dict[str, Any]:
        """Add the new database."""
        if not self.into:
            raise AirflowFailException("'into' is empty: name the new database")
        return {**super().own_options(), "into": self.into}

    def is_done(self, status: int) -> bool:
        """Let a drill end degraded."""
        return status == 0 or (self.degraded and status == PARTLY)

    def arguments(self) -> list[str]:
        """Require a target or a time."""
        if not self.target and not self.at:
            raise AirflowFailException("no backup is named: give 'target' a label or 'latest', or 'at' a time")
        return super().arguments()


class PostgresPartitionedRestoreOperator(PostgresRestoreOperator):
    """Make the new database of a restore in parts, load what no other task loads, and finish it.

    It must run at the same time as the others, which need the same label and database. One that died is continued with
    the option ``resume=True``; see :mod:`postgres_backuper_airflow.parts`.

    :param parts: how many parts the large tables are shared out to: one more than there are other tasks.
    """

    template_fields: Sequence[str] = (*PostgresRestoreOperator.template_fields, "parts")

    def __init__(self, *, parts: int | str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.parts = parts

    def own_options(self) -> dict[str, Any]:
        """Add the number of parts."""
        return {**super().own_options(), "parts": self.parts}


class PostgresRestorePartOperator(PostgresRestoreOperator):
    """Load large tables into the database that another task makes. Nothing left to load is a success.

    The target must be the label that the other task has.

    :param part: e.g. ``2/5``, whose tables come first; ``next/5``: the largest first. Then what nobody else has.
    """

    template_fields: Sequence[str] = (*PostgresRestoreOperator.template_fields, "part")

    def __init__(self, *, part: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.part = part

    def own_options(self) -> dict[str, Any]:
        """Add the part."""
        if not self.part:
            raise AirflowFailException("'part' is empty: without one the task would make a database of its own")
        return {**super().own_options(), "part": self.part}


class PostgresPruneOperator(PostgresBackuperOperator):
    """Delete expired backups, but never the last good ones; see the options ``keep_days`` and following."""

    command = "prune"


class PostgresStatusOperator(PostgresBackuperOperator):
    """Fail, without retry, unless there is a good backup that is young enough. No server is asked.

    :param max_age: the newest good backup that is older is an alarm, e.g. ``26h``.
    """

    command = "status"
    lasting = (1, *LASTING)
    template_fields: Sequence[str] = (*PostgresBackuperOperator.template_fields, "max_age")

    def __init__(self, *, max_age: str = "26h", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.max_age = max_age

    def own_options(self) -> dict[str, Any]:
        """Add the age."""
        return {**super().own_options(), "max_age": self.max_age}


def _given(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value not in (None, "")}


def _of_task(context: Context) -> dict[str, str]:
    """Return the variables by which programs see that Airflow runs them."""
    ti = context["ti"]
    return {
        "AIRFLOW_CTX_DAG_ID": ti.dag_id,
        "AIRFLOW_CTX_TASK_ID": ti.task_id,
        "AIRFLOW_CTX_DAG_RUN_ID": str(ti.run_id),
        "AIRFLOW_CTX_TRY_NUMBER": str(ti.try_number),
        "AIRFLOW_CTX_LOG_URL": str(getattr(ti, "log_url", None) or ""),
    }


__all__ = [
    "OPTIONS",
    "PostgresBackupOperator",
    "PostgresBackupPartOperator",
    "PostgresBackuperOperator",
    "PostgresCheckOperator",
    "PostgresPartitionedBackupOperator",
    "PostgresPartitionedRestoreOperator",
    "PostgresPruneOperator",
    "PostgresRestoreOperator",
    "PostgresRestorePartOperator",
    "PostgresStatusOperator",
    "PostgresVerifyOperator",
]
