/** A field of a recipe's form. */
export interface RecipeParameter {
  readonly name: string;
  readonly value: string;
  readonly type: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** What an agent must have. */
export interface RecipeRequirement {
  readonly type: 'contains';
  readonly name: string;
  readonly value: string;
}

export interface Recipe {
  readonly name: string;
  readonly parameters: readonly RecipeParameter[];
  readonly requirements: readonly RecipeRequirement[];
  readonly script: string;
}

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Reads a meta-runner with one command line runner. Throws on XML or on a specification that is not well formed. */
export function parseMetaRunner(xml: string): Recipe {
  const root = parseXml(xml);
  if (root.name !== 'meta-runner') throw new Error(`the root is ${root.name}`);
  const settings = child(root, 'settings');
  const requirements = child(settings, 'requirements').children.map(requirement);
  const runners = child(settings, 'build-runners').children;
  const [runner] = runners;
  if (runners.length !== 1 || runner?.attributes.type !== 'simpleRunner') throw new Error('not one simpleRunner');
  const own = new Map(child(runner, 'parameters').children.map((one) => [one.attributes.name, one]));
  if (own.get('use.custom.script')?.attributes.value !== 'true') throw new Error('no custom script');
  const parameters = child(settings, 'parameters').children.map(parameter);
  if (new Set(parameters.map(({ name }) => name)).size !== parameters.length)
    throw new Error('a parameter comes twice');
  const script = own.get('script.content')?.text ?? '';
  return { name: root.attributes.name ?? '', parameters, requirements, script };
}

function requirement({ name: type, attributes }: Element): RecipeRequirement {
  const { id = '', name = '', value = '' } = attributes;
  if (type !== 'contains' || id === '' || name === '' || value === '') throw new Error(`no requirement: ${type}`);
  return { type, name, value };
}

function parameter({ attributes }: Element): RecipeParameter {
  const { name = '', value = '', spec = '' } = attributes;
  const match = /^(text|password|checkbox|select)((?: \w+='(?:[^'|[\]]|\|['|[\]nr])*')*)$/.exec(spec);
  if (match === null) throw new Error(`no specification: ${spec}`);
  const pairs = [...(match[2] ?? '').matchAll(/(\w+)='((?:[^'|[\]]|\|.)*)'/g)];
  const read = pairs.map(([, key = '', text = '']) => [key, text.replace(/\|(.)/g, '$1')]);
  return { name, value, type: match[1] ?? '', attributes: Object.fromEntries(read) };
}

function child(element: Element, name: string): Element {
  const found = element.children.filter((one) => one.name === name);
  if (found.length !== 1 || found[0] === undefined) throw new Error(`${element.name} has ${found.length} ${name}`);
  return found[0];
}

/** Elements, attributes, text, CDATA and comments: all that a meta-runner needs. */
function parseXml(xml: string): Element {
  const document: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [document];
  const token =
    /<\?xml[^?]*\?>|<!--(?:(?!--)[\s\S])*-->|<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([\w-]+)((?:\s+[\w.-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;
  while (token.lastIndex < xml.length) {
    const at = token.lastIndex;
    const match = token.exec(xml);
    const parent = open.at(-1);
    if (match === null || parent === undefined) throw new Error(`no XML: ${xml.slice(at, at + 60)}`);
    const [, data, slash, name, attributes = '', empty, text] = match;
    if (data !== undefined) parent.text += data;
    else if (text !== undefined) parent.text += decode(text);
    else if (slash === '/') {
      if (open.pop()?.name !== name) throw new Error(`</${name}> closes another element`);
    } else if (name !== undefined) {
      const element: Element = { name, attributes: readAttributes(attributes), children: [], text: '' };
      parent.children.push(element);
      if (empty !== '/') open.push(element);
    }
  }
  const [root] = document.children;
  if (open.length !== 1 || root === undefined || document.children.length > 1) throw new Error('not one root element');
  return root;
}

function readAttributes(text: string): Readonly<Record<string, string>> {
  const pairs = [...text.matchAll(/([\w.-]+)="([^"]*)"/g)].map(
    ([, key = '', value = '']) => [key, decode(value)] as const,
  );
  if (new Set(pairs.map(([key]) => key)).size !== pairs.length) throw new Error(`an attribute comes twice: ${text}`);
  return Object.fromEntries(pairs);
}

function decode(text: string): string {
  return text.replace(/&(\w*);?/g, (whole, name: string) => {
    const character = ENTITIES[name];
    if (character === undefined || !whole.endsWith(';')) throw new Error(`no entity: ${whole}`);
    return character;
  });
}
