/** Most characters of the note of a backup. */
export const NOTE_MAX = 200;

/** What is wrong with the note of a backup, a phrase that follows its name; undefined: nothing. It has one line of any script. */
export function noteProblem(note: string): string | undefined {
  if (!/[^\p{Z}\p{C}]/u.test(note)) return 'holds nothing that can be seen';
  if (/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(note)) return 'holds a line break or another control character';
  const length = [...note].length;
  return length > NOTE_MAX ? `has ${length} characters, and at most ${NOTE_MAX} are kept` : undefined;
}
