import type { HostUnderTest } from '../same/host-under-test.ts';
import { ansi, matches, PROGRESS, warned } from '../same/log-texts.ts';
import { outputsOf } from '../same/outputs.ts';
import { startMachine } from './start-machine.ts';

export const host: HostUnderTest = {
  title: 'plain machine',
  file: "the environment of a plain machine's service",
  stop: 'SIGTERM',
  prepare: async (place) => ({ start: (request) => startMachine(request, place) }),
  read: (end) => {
    const lines = matches(end.log, /^<([3-7])>(.*)$/gm).filter(([, , text = '']) => !PROGRESS.test(text));
    const shows = [
      ...(lines.some(([, priority]) => priority === '6') ? ['lines of the journal'] : []),
      ...warned(lines.filter(([, priority]) => priority === '4').length),
      ...lines.flatMap(([, priority, text]) => (priority === '3' ? [`error \`${text}\``] : [])),
      ...lines.flatMap(([, , text = '']) => (text.startsWith('skipped:') ? [`line \`${text}\``] : [])),
    ];
    return {
      obeyed: [...lines.map(([, priority = '']) => priority), ...ansi(end.log)],
      shows,
      outputs: outputsOf(end),
    };
  },
};
