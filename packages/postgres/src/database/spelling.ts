/** The name in a pattern as it may have been meant; undefined for a pattern with wildcards. Pure. */
export function nameMeant(pattern: string): string | undefined {
  const last = /(?:"(?:[^"]|"")*"|[^."])*$/.exec(pattern)?.[0] ?? '';
  if (/[*?|()[\]+]/.test(last)) return undefined;
  return last.replace(/^"|"$/g, '').replaceAll('""', '"');
}

/** Most letters that differ in names that may be misspelled: one in four. */
export function tolerance(name: string): number {
  return Math.floor(name.length / 4);
}

/** Letters that have to be added, removed or changed; the case does not count. Pure. */
export function misspelling(a: string, b: string): number {
  const [from, to] = [a.toLowerCase(), b.toLowerCase()];
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const changed = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
