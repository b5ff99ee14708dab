import { prepareActions } from '../github/start-action.ts';
import type { HostUnderTest } from '../same/host-under-test.ts';
import { ansi, firstLine, matches, phased, warned } from '../same/log-texts.ts';
import { outputsOf } from '../same/outputs.ts';

export const host: HostUnderTest = {
  title: 'Forgejo, Gitea',
  file: 'the action on Forgejo and Gitea',
  stop: 'SIGINT',
  prepare: (place) => prepareActions(place, { GITEA_ACTIONS: 'true' }),
  read: (end) => {
    const commands = matches(end.log, /^\s*::([\w-]+)(?: [^\n]*?)?::|##\[([\w-]+)/gm);
    const lines = matches(end.log, /^(WARNING|ERROR|PostgreSQL \w+ skipped:) ?(.*)$/gm);
    const shows = [
      ...phased(end.log),
      ...warned(lines.filter(([, kind]) => kind === 'WARNING').length),
      ...lines.flatMap(([line, kind]) => (kind === 'WARNING' ? [] : [`line \`${line}\``])),
      ...(end.files['summary.md'] ? [`summary \`${firstLine(end.files['summary.md'])}\``] : []),
    ];
    const obeyed = [...commands.map(([, kind = '', older = '']) => kind || `##[${older}`), ...ansi(end.log)];
    return { obeyed, shows, outputs: outputsOf(end) };
  },
};
