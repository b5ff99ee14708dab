import { EXIT_STATUSES } from '@postgres-backuper/base';
import { ALL_OPTIONS } from '@postgres-backuper/options';
import type { HostFiles } from '../host-row.ts';
import { type Input, optionInputs } from './input.ts';
import { BUNDLE_URL, ownInputs } from './own-inputs.ts';
import { pinsOf } from './pins.ts';
import { jobScript, type Pins, REPORTS, TEMPLATE_COMMANDS, type TemplateCommand } from './script.ts';

const HEAD = '# Generated from the table in packages/options/src and the files in dist; do not edit.\n';

export const INCLUDE_PATH = 'templates/include/postgres-backuper.gitlab-ci.yml';

/** The components, one per command, and the same jobs for `include:remote` and `include:project`. */
export function gitlabFiles(pins: Pins, options = ALL_OPTIONS): Readonly<Record<string, string>> {
  const components = TEMPLATE_COMMANDS.map((command) => {
    const inputs = [...ownInputs(command), ...optionInputs(command, options)];
    return [`templates/${command}.yml`, component(command, inputs, pins)] as const;
  });
  return { ...Object.fromEntries(components), [INCLUDE_PATH]: includeFile(pins) };
}

function component(command: TemplateCommand, inputs: readonly Input[], pins: Pins): string {
  const restore = command === 'restore' ? `  environment:\n    name: '$[[ inputs.environment ]]'\n` : '';
  return `${HEAD}spec:
  inputs:
${inputs.map(inputText).join('')}---
'$[[ inputs.job-name ]]':
  stage: '$[[ inputs.stage ]]'
  image: '$[[ inputs.image ]]'
  resource_group: '$[[ inputs.resource-group ]]'
  id_tokens:
    POSTGRES_BACKUPER_OIDC:
      aud: '$[[ inputs.oidc-audience ]]'
${restore}  variables:
${inputs.map(variableText).join('')}${jobText(command, pins)}`;
}

function includeFile(pins: Pins): string {
  const jobs = TEMPLATE_COMMANDS.map(
    (command) => `
.postgres-backuper-${command}:
  image: node:24-bookworm
  resource_group: postgres-${command}
  variables:
    POSTGRES_BACKUPER_URL: '${BUNDLE_URL}'
    BACKUP_INSTALL_CLIENT: 'true'
${jobText(command, pins)}`,
  );
  return `${HEAD}# For 'extends'; the options are the variables of docs/options.md.\n${jobs.join('')}`;
}

/** The text from inside `variables` on. */
function jobText(command: TemplateCommand, pins: Pins): string {
  // a restore is started by people
  const sources = command === 'restore' ? ['web', 'api'] : ['schedule', 'web', 'api'];
  const when = command === 'restore' ? '      when: manual\n' : '';
  const rules = sources.map((source) => `    - if: $CI_PIPELINE_SOURCE == "${source}"\n${when}`);
  return `    BACKUP_RESULT_FILE: ${REPORTS}/${command}.json
    BACKUP_SUMMARY_FILE: ${REPORTS}/${command}.md
    BACKUP_JUNIT_FILE: ${REPORTS}/${command}.xml
    BACKUP_DOTENV_FILE: ${REPORTS}/${command}.env
    BACKUP_METRICS_FILE: ${REPORTS}/${command}.txt
    GIT_STRATEGY: none
  interruptible: false
  retry:
    max: 2
    exit_codes: [${EXIT_STATUSES.temporary}]
  rules:
${rules.join('')}  script:
    - |
${jobScript(command, pins).replace(/^(?=.)/gm, '      ')}  artifacts:
    when: always
    expire_in: 30 days
    paths:
      - ${REPORTS}/
    reports:
      junit: ${REPORTS}/${command}.xml
      dotenv: ${REPORTS}/${command}.env
      metrics: ${REPORTS}/${command}.txt
`;
}

function inputText(input: Input): string {
  const { name, type, description, options, regex } = input;
  return [
    `    ${name}:\n`,
    type === 'string' ? '' : `      type: ${type}\n`,
    `      description: ${JSON.stringify(description)}\n`,
    `      default: ${type === 'string' ? quoted(String(input.default)) : JSON.stringify(input.default)}\n`,
    options === undefined ? '' : `      options: [${options.map(quoted).join(', ')}]\n`,
    regex === undefined ? '' : `      regex: ${quoted(regex)}\n`,
  ].join('');
}

/**
 * A block scalar: GitLab puts the text of an input into the file before it parses the YAML, so a quote in it would end
 * quotes. An array follows a space; without the space it would become a YAML list instead of a text.
 */
function variableText({ name, type, variable }: Input): string {
  if (variable === undefined) return '';
  return `    ${variable}: |2-\n      ${type === 'array' ? ' ' : ''}$[[ inputs.${name} ]]\n`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export const files: HostFiles = {
  readme: {
    host: 'GitLab CI/CD',
    page: 'gitlab.md',
    has: { en: 'components and pipelines to copy', ru: 'компоненты и готовые конвейеры' },
  },
  ofProgram: async (dist, options) => gitlabFiles(await pinsOf(dist), options),
};
