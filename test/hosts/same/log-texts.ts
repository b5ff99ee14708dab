/** Printed when some time has passed, so that a slow run prints more. */
export const PROGRESS = /\b\d+ of \d+ tables?\b/;

export function warned(count: number): readonly string[] {
  return count === 0 ? [] : [count === 1 ? 'a warning' : `${count} warnings`];
}

/** Those that last long enough to say more are groups, sections or blocks. */
export function phased(log: string): readonly string[] {
  return /\b(checking|looking|verifying) /.test(log) ? ['phases in the log'] : [];
}

/** Every escape sequence and control character that a terminal obeys. */
export function ansi(text: string): readonly string[] {
  return matches(text, /\u001b\[?[\d;]*[A-Za-z]?|[\x00-\x08\x0b-\x1a\x7f-\x9f]/g).map(([sequence]) =>
    JSON.stringify(sequence),
  );
}

export function matches(text: string, pattern: RegExp): readonly RegExpExecArray[] {
  return [...text.matchAll(pattern)];
}

export function firstLine(text: string): string {
  return text.split('\n').find((line) => line.trim() !== '') ?? '';
}
