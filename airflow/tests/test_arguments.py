"""The table of arguments in docs/hosts/airflow.md; ``python airflow/tests/test_arguments.py --write`` writes it."""

from __future__ import annotations

import inspect
import re
import sys
import unittest
from pathlib import Path
from typing import Any

from postgres_backuper_airflow import operators

PAGE = Path(__file__).parents[2] / "docs" / "hosts" / "airflow.md"
_BLOCK = re.compile(r"(<!-- arguments of operators.py -->\n)(.*?)(<!-- end -->)", re.DOTALL)
_PARAM = re.compile(r":param (\w+): (.*?)(?=\n\s*:param |\n\s*\n|\Z)", re.DOTALL)
_BASE = operators.PostgresBackuperOperator


def table() -> str:
    """Return a row for each argument, of all operators first."""
    classes = [one for one in vars(operators).values() if inspect.isclass(one) and issubclass(one, _BASE)]
    shown = sorted((one for one in classes if one.__name__.startswith("Postgres")), key=lambda one: one is not _BASE)
    rows: dict[tuple[str, str, str], list[str]] = {}
    for operator in shown:
        for name, default, text in arguments(operator):
            if operator is _BASE or name not in {row[0] for row in arguments(_BASE)}:
                rows.setdefault((name, default, text), []).append(command(operator))
    lines = [f"| {', '.join(of)} | `{name}` | {default} | {text} |" for (name, default, text), of in rows.items()]
    return "\n".join(["| operator | argument | default | |", "|---|---|---|---|", *lines])


def arguments(operator: type[Any]) -> list[tuple[str, str, str]]:
    """Return name, default and text of what a class documents."""
    every = [one for one in operator.__mro__ if issubclass(one, _BASE)]
    parameters = {
        name: one for cls in reversed(every) for name, one in inspect.signature(cls.__init__).parameters.items()
    }
    found = [(name, " ".join(text.split())) for name, text in _PARAM.findall(operator.__doc__ or "")]
    return [(name, default_of(parameters[name]), text) for name, text in found]


def default_of(parameter: inspect.Parameter) -> str:
    """Return a default as Python writes it; nothing for None."""
    if parameter.default is inspect.Parameter.empty:
        return "must be given"
    return "" if parameter.default is None else f"`{parameter.default!r}`"


def command(operator: type[Any]) -> str:
    """Return the short name of an operator."""
    return "all" if operator is _BASE else operator.__name__.removeprefix("Postgres").removesuffix("Operator")


class Page(unittest.TestCase):
    """What users read about arguments."""

    def test_the_table_is_that_of_the_code(self) -> None:
        """Run this file with --write."""
        found = _BLOCK.search(PAGE.read_text())
        self.assertEqual(None if found is None else found[2].strip(), as_markdown(table()))

    def test_each_argument_is_documented(self) -> None:
        """A row for each that a constructor takes."""
        told = set(re.findall(r"\| `(\w+)` \|", table()))
        classes = [one for one in vars(operators).values() if inspect.isclass(one) and issubclass(one, _BASE)]
        taken = {name for one in classes for name in inspect.signature(one.__init__).parameters}
        self.assertEqual(taken - {"self", "kwargs"}, told)


def as_markdown(text: str) -> str:
    """Return reStructuredText as the page writes it."""
    text = re.sub(r":class:`[\w.]*?(\w+)`", r"`\1`", text)
    return text.replace("``", "`")


if __name__ == "__main__" and "--write" in sys.argv:
    PAGE.write_text(_BLOCK.sub(lambda found: f"{found[1]}\n{as_markdown(table())}\n\n{found[3]}", PAGE.read_text()))
elif __name__ == "__main__":
    unittest.main()
