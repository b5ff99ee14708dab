import type { HostUnderTest } from '../same/host-under-test.ts';
import { ansi, firstLine, matches } from '../same/log-texts.ts';
import { outputsOf } from '../same/outputs.ts';
import { startProgram } from './start-program.ts';

/** A terminal. */
export const host: HostUnderTest = {
  title: 'terminal',
  stop: 'SIGINT',
  prepare: async (place) => ({ start: (request) => startProgram(request, place) }),
  read: (end) => {
    const errors = matches(end.stderr, /^(?:error|✗).*$/gm);
    const shows = [
      ...(end.stdout === '' ? [] : [`text \`${firstLine(end.stdout)}\``]),
      ...errors.slice(0, 1).map(([text]) => `on standard error \`${text}\``),
    ];
    return { obeyed: ansi(end.log), shows, outputs: outputsOf(end) };
  },
};
