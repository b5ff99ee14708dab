/** Longer values are spread over lines, characters. */
const WIDTH = 80;

/** JSON for people: what is short stays on its line. */
export function policyText(value: unknown, indent = ''): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value);
  const isList = Array.isArray(value);
  const [open, close] = isList ? '[]' : '{}';
  const textOf = ([key, one]: [string, unknown], deeper: string): string =>
    `${isList ? '' : `${JSON.stringify(key)}: `}${policyText(one, deeper)}`;
  const pad = isList ? '' : ' ';
  const line = `${open}${pad}${entries.map((entry) => textOf(entry, '')).join(', ')}${pad}${close}`;
  if (line.length <= WIDTH && !line.includes('\n')) return line;
  const deeper = `${indent}  `;
  const lines = entries.map((entry) => `${deeper}${textOf(entry, deeper)}`);
  return `${open}\n${lines.join(',\n')}\n${indent}${close}`;
}
