import {
  ALL_OPTIONS,
  commandsOn,
  environmentNames,
  isSecret,
  type Option,
  type OptionName,
  type OptionType,
} from '@postgres-backuper/options';
import type { HostFiles } from '../host-row.ts';
import { AIRFLOW_EXIT_STATUS_PATH, exitStatusModule } from './exit-status.ts';

/** Commands that an operator runs. */
const OPERATED = commandsOn('airflow');
/** Decided by the operator: the host, and where the result goes. */
const NOT_OFFERED: readonly string[] = ['ci', 'json', 'logFormat', 'preview', 'query', 'resultFile'];

export const AIRFLOW_OPTIONS_PATH = 'airflow/src/postgres_backuper_airflow/options.py';

/** The `options` of an operator as a typed dictionary, and the variable of each. */
export function airflowFiles(
  options: readonly (readonly [OptionName, Option])[] = ALL_OPTIONS,
): Readonly<Record<string, string>> {
  const offered = options.filter(
    ([name, option]) => !NOT_OFFERED.includes(name) && OPERATED.some((one) => option.commands.includes(one)),
  );
  return { [AIRFLOW_OPTIONS_PATH]: module(offered), [AIRFLOW_EXIT_STATUS_PATH]: exitStatusModule() };
}

function module(options: readonly (readonly [OptionName, Option])[]): string {
  return `"""Generated from the table in packages/options/src; do not edit."""

# ruff: noqa: E501

from __future__ import annotations

from typing import NamedTuple, TypedDict


class Option(NamedTuple):
    """How the program takes an option."""

    variable: str
    is_secret: bool
    is_list: bool
    commands: tuple[str, ...]


class Options(TypedDict, total=False):
    """What the operators take in \`\`options\`\`; each may also be text with Jinja in it. Of secrets: paths of files."""

${options.map(field).join('\n')}

OPTIONS: dict[str, Option] = {
${options.map(row).join('\n')}
}
`;
}

function field([name, option]: readonly [OptionName, Option]): string {
  const values =
    option.default === undefined || option.default === false ? '' : ` Default: ${[option.default].flat().join(', ')}.`;
  const help = `${option.help}${values}`.replaceAll('\\', '\\\\');
  return `    ${snake(name)}: ${pythonType(option)}\n    """${help.endsWith('"') ? `${help} ` : help}"""`;
}

function row([name, option]: readonly [OptionName, Option]): string {
  const commands = OPERATED.filter((one) => option.commands.includes(one)).map((one) => `"${one}"`);
  const tuple = `(${commands.join(', ')}${commands.length === 1 ? ',' : ''})`;
  const [variable] = environmentNames(name);
  const [secret, many] = [isSecret(option), option.many === true].map((is) => (is ? 'True' : 'False'));
  return `    "${snake(name)}": Option("${variable}", ${secret}, ${many}, ${tuple}),`;
}

const TYPES: Readonly<Record<OptionType, string>> = {
  ...{ text: 'str', flag: 'bool | str', count: 'int | str', duration: 'str', size: 'str' },
  ...{ time: 'str', secret: 'str', key: 'str' },
};

function pythonType(option: Option): string {
  return `${TYPES[option.type]}${option.many ? ' | list[str]' : ''} | None`;
}

/** Python's reserved words, of which an option could have the name. */
const RESERVED: readonly string[] = [
  ...['and', 'as', 'assert', 'async', 'await', 'break', 'class', 'continue', 'def', 'del', 'elif', 'else', 'except'],
  ...['finally', 'for', 'from', 'global', 'if', 'import', 'in', 'is', 'lambda', 'nonlocal', 'not', 'or', 'pass'],
  ...['raise', 'return', 'try', 'while', 'with', 'yield'],
];

/** `keepDays` → `keep_days`; a reserved word has `_` at its end (PEP 8): `assert_` */
export function snake(name: string): string {
  const word = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return RESERVED.includes(word) ? `${word}_` : word;
}

export const files: HostFiles = {
  readme: { host: 'Airflow', page: 'airflow.md', has: { en: 'operators and seven DAGs', ru: 'операторы и семь DAG' } },
  ofTables: airflowFiles,
};
