/** The anchor of a heading, as GitHub makes it: the links in the pages name those. */
export function slug(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-');
}

/** Every anchor of a page. */
export function anchorsOf(text: string): ReadonlySet<string> {
  const prose = text.replaceAll(/^( *)(`{3,})[^\n]*\n[\s\S]*?^\1\2/gm, '');
  const seen = new Map<string, number>();
  const anchors = [...prose.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => {
    const one = slug(heading.replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1'));
    const before = seen.get(one) ?? 0;
    seen.set(one, before + 1);
    return before === 0 ? one : `${one}-${before}`;
  });
  return new Set(anchors);
}
