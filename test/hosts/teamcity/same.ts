import { parseServiceMessage, type ServiceMessage } from '@postgres-backuper/testing';
import type { HostUnderTest } from '../same/host-under-test.ts';
import { ansi, phased, warned } from '../same/log-texts.ts';
import { outputsOf } from '../same/outputs.ts';
import { prepareRecipe } from './start-recipe.ts';

export const host: HostUnderTest = {
  title: 'TeamCity',
  file: "TeamCity's recipe",
  stop: 'SIGKILL',
  prepare: prepareRecipe,
  read: (end) => {
    const messages = end.log.split('\n').flatMap((line) => parseServiceMessage(line) ?? []);
    const of = (name: string, key: string) => valuesOf(messages, name, key).map((text) => `\`${text}\``);
    const [tests, failed] = [of('testStarted', 'name').length, of('testFailed', 'name').length];
    const shows = [
      ...phased(end.log),
      ...warned(of('message', 'text').length),
      ...(tests > 0 ? [`${tests} tests, ${failed} failed`] : []),
      ...of('buildProblem', 'description').map((text) => `build problem ${text}`),
      ...of('buildStatus', 'text').map((text) => `status text ${text.replace('{build.status.text}; ', '')}`),
    ];
    return {
      obeyed: [...messages.map(({ name }) => name), ...ansi(end.log)],
      shows,
      outputs: [...outputsOf(end), ...messageOutputs(messages)],
    };
  },
};

/** What later steps can use of its service messages. */
function messageOutputs(messages: readonly ServiceMessage[]): readonly string[] {
  const of = (name: string, key: string) =>
    valuesOf(messages, name, key).map((text) => `\`${text?.replace('postgresBackuper.', '')}\``);
  const figures = of('buildStatisticValue', 'key');
  return [
    ...of('addBuildTag', '').map((tag) => `tag ${tag}`),
    ...of('setParameter', 'name').map((name) => `parameter ${name}`),
    ...(figures.length === 0 ? [] : [`figures ${figures.join(', ')}`]),
    ...(of('publishArtifacts', '').length > 0 ? ['the document as artifact'] : []),
  ];
}

function valuesOf(messages: readonly ServiceMessage[], name: string, key: string): readonly (string | undefined)[] {
  return messages.filter((one) => one.name === name).map(({ values }) => values[key]);
}
