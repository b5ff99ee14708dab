import type { HostUnderTest } from '../same/host-under-test.ts';
import { ansi, matches, phased, warned } from '../same/log-texts.ts';
import { outputsOf } from '../same/outputs.ts';
import { prepareComponents } from './start-component.ts';

export const host: HostUnderTest = {
  title: 'GitLab',
  file: "the script of GitLab's component",
  stop: 'SIGTERM',
  prepare: prepareComponents,
  read: (end) => {
    const sections = matches(end.log, /section_(start|end):/g).map(([, kind]) => `section_${kind}`);
    const coloured = matches(end.log, /\u001b\[(31|33)m([^\u001b\n]*)/g);
    const shows = [
      ...phased(end.log),
      ...warned(coloured.filter(([, colour]) => colour === '33').length),
      ...coloured.flatMap(([, colour, text]) => (colour === '31' ? [`in red \`${text}\``] : [])),
      ...matches(end.log, /^skipped:.*$/gm).map(([text]) => `line \`${text}\``),
    ];
    return { obeyed: [...sections, ...ansi(end.log)], shows, outputs: outputsOf(end) };
  },
};
