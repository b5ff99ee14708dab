/** Figures that a script noted itself: lines `name value`. Undefined where it noted nothing. Throws for another line. */
export function parseNotes(text: string): Readonly<Record<string, number>> | undefined {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.length === 0 ? undefined : Object.fromEntries(lines.map(parseNote));
}

function parseNote(line: string): [name: string, value: number] {
  const [, name = '', value = ''] = /^(\w+) (-?\d+(?:\.\d+)?)$/.exec(line) ?? [];
  if (name === '') throw new Error(`noted '${line}', which is no name and number`);
  return [name, Number(value)];
}
