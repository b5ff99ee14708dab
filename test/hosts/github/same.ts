import type { HostUnderTest } from '../same/host-under-test.ts';
import { ansi, firstLine, matches, phased, warned } from '../same/log-texts.ts';
import { outputsOf } from '../same/outputs.ts';
import { prepareActions } from './start-action.ts';

export const host: HostUnderTest = {
  title: 'GitHub',
  file: "GitHub's action",
  stop: 'SIGINT',
  prepare: (place) => prepareActions(place),
  read: (end) => {
    const commands = matches(end.log, /^\s*::([\w-]+)(?: [^\n]*?)?::([^\n]*)|##\[([\w-]+)/gm);
    const annotations = commands.filter(([, kind = '']) => /^(error|warning|notice)$/.test(kind));
    const shows = [
      ...phased(end.log),
      ...warned(annotations.filter(([, kind]) => kind === 'warning').length),
      ...annotations.flatMap(([, kind, text = '']) =>
        kind === 'warning' ? [] : [`${kind} \`${text.split('%0A')[0]}\``],
      ),
      ...(end.files['summary.md'] ? [`summary \`${firstLine(end.files['summary.md'])}\``] : []),
    ];
    const obeyed = [...commands.map(([, kind = '', , older = '']) => kind || `##[${older}`), ...ansi(end.log)];
    return { obeyed, shows, outputs: outputsOf(end) };
  },
};
