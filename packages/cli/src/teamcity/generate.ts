import { GROUPS, type Option } from '../options/option.ts';
import { ALL_OPTIONS, type OptionName } from '../options/options.ts';
import type { BundleArchive } from './bundle-archive.ts';
import { OWN_PARAMETERS, type Parameter, parameterOf, RUNNER_COMMANDS } from './parameter.ts';
import { runnerScript } from './script.ts';

/** Decided by the runner: the host, and that standard output is its log. */
const NOT_OFFERED: readonly string[] = ['ci', 'json'];

export const META_RUNNER_PATH = 'teamcity-meta-runner/PostgresBackuper.xml';

/** The meta-runner: the options as the fields of its form, and the whole program in its script. */
export function metaRunnerFiles(
  archive: BundleArchive,
  options: readonly (readonly [OptionName, Option])[] = ALL_OPTIONS,
): Readonly<Record<string, string>> {
  return { [META_RUNNER_PATH]: metaRunner(archive, options) };
}

function metaRunner(archive: BundleArchive, options: readonly (readonly [OptionName, Option])[]): string {
  const offered = options.filter(
    ([name, option]) => !NOT_OFFERED.includes(name) && RUNNER_COMMANDS.some((one) => option.commands.includes(one)),
  );
  const parameters = [...OWN_PARAMETERS, ...inOrder(offered).map(parameterOf)];
  // a percent sign begins a parameter reference, two are one
  const script = runnerScript(archive).replaceAll('%', '%%');
  return `<?xml version="1.0" encoding="UTF-8"?>
<!-- Generated from the table in packages/cli/src/options; do not edit. -->
<meta-runner name="PostgreSQL backup">
  <description>Encrypted backups of PostgreSQL that are proven by restoring them (postgres-backuper ${xml(archive.version)})</description>
  <settings>
    <parameters>
${parameters.map(parameterText).join('\n')}
    </parameters>
    <build-runners>
      <runner name="PostgreSQL backup" type="simpleRunner">
        <parameters>
          <param name="script.content"><![CDATA[${script}]]></param>
          <param name="teamcity.step.mode" value="default" />
          <param name="use.custom.script" value="true" />
        </parameters>
      </runner>
    </build-runners>
    <requirements />
  </settings>
</meta-runner>
`;
}

/** The common options first, then group by group, as in the help. */
function inOrder(options: readonly (readonly [OptionName, Option])[]): readonly (readonly [OptionName, Option])[] {
  const rank = ([, option]: readonly [OptionName, Option]): number =>
    (option.common ? 0 : GROUPS.length) + GROUPS.indexOf(option.group);
  return [...options].sort((a, b) => rank(a) - rank(b));
}

function parameterText({ name, value, type, attributes }: Parameter): string {
  const spec = Object.entries({ ...attributes, display: 'normal' }).map(([key, text]) => `${key}='${specText(text)}'`);
  return `      <param name="${xml(name)}" value="${xml(value)}" spec="${xml([type, ...spec].join(' '))}" />`;
}

/** The escapes of service messages. */
function specText(text: string): string {
  return text.replace(/['|[\]]/g, '|$&');
}

function xml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
