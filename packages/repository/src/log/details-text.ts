/** Most characters of the text. */
const TEXT_MAX = 500;

/** The details of a record for people, e.g. `damage: segment-00000000.tar.zst.gpg; objects: 7`; undefined: there are none. */
export function detailsText(body: object): string | undefined {
  const { details } = body as { readonly details?: unknown };
  if (typeof details !== 'object' || details === null) return undefined;
  const parts = Object.entries(details).flatMap(([name, value]: [string, unknown]) => {
    const text = valueText(value);
    return text === '' ? [] : [`${name}: ${text}`];
  });
  return parts.length === 0 ? undefined : parts.join('; ').slice(0, TEXT_MAX);
}

/** '' for what has no short text. */
function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.slice(0, TEXT_MAX).map(valueText).filter(Boolean).join(', ');
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
