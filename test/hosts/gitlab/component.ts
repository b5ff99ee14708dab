/** What of a component's file GitLab hands to a runner. */
export interface Component {
  /** Inputs and their defaults. */
  readonly inputs: ReadonlyMap<string, string>;
  /** Of the job, with inputs not yet filled in. */
  readonly variables: readonly (readonly [string, string])[];
  readonly script: string;
}

/** Reads the YAML that we generate, and no other; throws where a part is missing. */
export function parseComponent(text: string): Component {
  const [header = '', job = ''] = text.split('\n---\n');
  const inputs = [...header.matchAll(/^ {4}([\w-]+):\n(?: {6}.*\n)*? {6}default: (.*)$/gm)];
  const [, block = ''] = /^ {2}variables:\n((?: {4,}.*\n)+)/m.exec(job) ?? [];
  const variables = [...block.matchAll(/^ {4}(\w+): (?:\|2-\n {6}(.*)|(.*))$/gm)];
  const [, script = ''] = /^ {2}script:\n {4}- \|\n((?: {6}.*\n|\n)+)/m.exec(job) ?? [];
  if (inputs.length === 0 || variables.length === 0 || script === '') throw new Error('not a component of ours');
  return {
    inputs: new Map(inputs.map(([, name = '', value = '']) => [name, unquoted(value)])),
    variables: variables.map(([, name = '', inBlock, plain]) => [name, inBlock ?? unquoted(plain ?? '')]),
    script: script.replaceAll(/^ {6}/gm, ''),
  };
}

function unquoted(value: string): string {
  return value.startsWith("'") ? value.slice(1, -1).replaceAll("''", "'") : value;
}
