/** A service message as TeamCity reads it. */
export interface ServiceMessage {
  readonly name: string;
  /** `''` is the value of a message with a single text. */
  readonly values: Readonly<Record<string, string>>;
}

const SINGLE = ['progressMessage', 'publishArtifacts', 'addBuildTag', 'buildNumber'];
/** Messages with named values: the required values, then the optional ones. */
const NAMED: Readonly<Record<string, readonly [readonly string[], readonly string[]]>> = {
  blockOpened: [['name'], ['description']],
  blockClosed: [['name'], []],
  message: [['text'], ['status', 'errorDetails']],
  buildProblem: [['description'], ['identity']],
  buildStatus: [['text'], []],
  buildStatisticValue: [['key', 'value'], []],
  setParameter: [['name', 'value'], []],
  testSuiteStarted: [['name'], []],
  testSuiteFinished: [['name'], []],
  testStarted: [['name'], []],
  testFailed: [['name', 'message'], ['details']],
  testFinished: [['name'], ['duration']],
};

const VALUE = String.raw`'(?:[^'|\[\]\x00-\x1f\x7f-\uffff]|\|['|\[\]nr]|\|0x[0-9A-F]{4})*'`;

/** The message of a line; undefined for a line without one. Throws where TeamCity would not understand it. */
export function parseServiceMessage(line: string): ServiceMessage | undefined {
  if (!/##teamcity/i.test(line)) return undefined;
  const match = new RegExp(`^##teamcity\\[(\\w+) (?:(${VALUE})|(\\w+=${VALUE}(?: \\w+=${VALUE})*))\\]$`).exec(line);
  if (match === null) throw new Error(`no service message: ${line}`);
  const [, name = '', single, named = ''] = match;
  const pairs = [...named.matchAll(new RegExp(`(\\w+)=(${VALUE})`, 'g'))].map(([, key = '', text = '']) => [key, text]);
  const values = single === undefined ? pairs : [['', single]];
  const message = { name, values: Object.fromEntries(values.map(([key, text = '']) => [key, unescapeValue(text)])) };
  check(message, line);
  return message;
}

function unescapeValue(quoted: string): string {
  return quoted.slice(1, -1).replace(/\|(?:0x([0-9A-F]{4})|(.))/g, (_, hex: string | undefined, character: string) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    return { n: '\n', r: '\r' }[character] ?? character;
  });
}

function check({ name, values }: ServiceMessage, line: string): void {
  const keys = Object.keys(values);
  const [needed, allowed] = SINGLE.includes(name) ? [[''], []] : (NAMED[name] ?? []);
  if (needed === undefined || allowed === undefined) throw new Error(`unknown service message: ${line}`);
  const isComplete = needed.every((key) => keys.includes(key));
  const isKnown = keys.every((key) => needed.includes(key) || allowed.includes(key));
  if (!isComplete || !isKnown) throw new Error(`wrong values: ${line}`);
  if (name === 'message' && !/^(NORMAL|WARNING|FAILURE|ERROR)$/.test(values.status ?? 'NORMAL')) throw new Error(line);
  if (name === 'buildProblem') checkProblem(values, line);
  if (name === 'buildStatisticValue' && !isStatistic(values.value ?? '')) throw new Error(`no statistic: ${line}`);
}

function checkProblem({ description = '', identity = 'a' }: ServiceMessage['values'], line: string): void {
  if (description.length > 4000 || !/^[A-Za-z_]\w{0,59}$/.test(identity)) throw new Error(`wrong problem: ${line}`);
}

function isStatistic(value: string): boolean {
  return /^-?\d+(\.\d{1,6})?$/.test(value) && value.replace(/\D/g, '').length <= 13;
}

/** Throws unless blocks, suites and tests are closed in the order in which they were opened, and failures are in tests. */
export function checkBalance(messages: readonly ServiceMessage[]): void {
  const open: string[] = [];
  const OPENS: Readonly<Record<string, string>> = {
    blockOpened: 'block',
    testSuiteStarted: 'suite',
    testStarted: 'test',
  };
  const CLOSES: Readonly<Record<string, string>> = {
    blockClosed: 'block',
    testSuiteFinished: 'suite',
    testFinished: 'test',
  };
  for (const { name, values } of messages) {
    if (OPENS[name] !== undefined) open.push(`${OPENS[name]} ${values.name}`);
    if (name === 'testFailed' && open.at(-1) !== `test ${values.name}`)
      throw new Error(`failed outside: ${values.name}`);
    if (CLOSES[name] === undefined) continue;
    const last = open.pop();
    if (last !== `${CLOSES[name]} ${values.name}`) throw new Error(`'${values.name}' closes '${last}'`);
  }
  if (open.length > 0) throw new Error(`still open: ${open.join(', ')}`);
}
