import type { Wording } from './wording.ts';

/** A host without words of its own: the keys themselves. */
export const KEYS: Wording = {
  option: (key, value) => (value === undefined ? key : `${key} ${value}`),
  given: (key) => key,
  command: (name) => name,
  example: ({ command, target, options }) => ({
    language: 'sh',
    text: `${command} ${target} ${JSON.stringify(options)}`,
  }),
};
