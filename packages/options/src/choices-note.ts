import type { Option } from './option.ts';

/** `One of: a, b.`, where the text of the help does not name each. */
export function choicesNote({ choices = [], help }: Option): string {
  const isNamed = (choice: string): boolean => help.split(/[^\w:-]+/).some((word) => word.replace(/:$/, '') === choice);
  return choices.every(isNamed) ? '' : `One of: ${choices.join(', ')}.`;
}
