import { parseArgs } from 'node:util';

/** What was asked on the command line. */
export interface BenchArguments {
  readonly megabytes: number;
  /** Names of cases and groups; none: everything that is not long. */
  readonly cases: readonly string[];
  readonly rounds: number;
  /** The report; its results lie beside it as .json. */
  readonly output: string;
  readonly fromSources: boolean;
  readonly aloneWith: string | undefined;
  readonly wants: 'run' | 'list' | 'report' | 'help';
}

export const HELP = `Measures backup and restore beside other programs, on servers of its own, and writes a report.

  pnpm bench [OPTIONS]

  --size SIZE            COPY text of the database, e.g. 20MB, 1600MB, 10GB. Default: 1600MB
  --case NAME            a case or a group of cases, several times; default: everything that is not long
  --rounds N             how often each case runs, in turn. Default: 3
  --output FILE          the report; results are kept in FILE with .json. Default: bench/RESULTS.md
  --sources              ours from its sources instead of dist/
  --alone-with COMMAND   each measurement runs while this holds the machine, e.g. 'flock /tmp/bench.lock'
  --list                 show groups and cases
  --report               only write the report again, from the results
  --help

Results of other groups and sizes stay in the report.
`;

const OPTIONS = {
  size: { type: 'string', default: '1600MB' },
  case: { type: 'string', multiple: true },
  rounds: { type: 'string', default: '3' },
  output: { type: 'string', default: 'bench/RESULTS.md' },
  sources: { type: 'boolean', default: false },
  'alone-with': { type: 'string' },
  list: { type: 'boolean', default: false },
  report: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** Throws with a sentence for people. */
export function parseBenchArguments(args: readonly string[]): BenchArguments {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds '${values.rounds}': say a number from 1`);
  if (!values.output.endsWith('.md')) throw new Error(`--output '${values.output}': say a file that ends in .md`);
  return {
    megabytes: parseMegabytes(values.size),
    cases: values.case ?? [],
    rounds,
    output: values.output,
    fromSources: values.sources,
    aloneWith: values['alone-with'],
    wants: values.help ? 'help' : values.list ? 'list' : values.report ? 'report' : 'run',
  };
}

function parseMegabytes(text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?) ?(MB|GB)$/.exec(text) ?? [];
  const megabytes = Math.round(Number(number) * (unit === 'GB' ? 1000 : 1));
  if (!(megabytes >= 1)) throw new Error(`--size '${text}': say e.g. 20MB or 10GB`);
  return megabytes;
}

/** The command that repeats one section. */
export function commandOf(request: { megabytes: number; cases: readonly string[]; rounds: number }): string {
  const cases = request.cases.map((name) => ` --case ${name}`).join('');
  return `npx --yes pnpm@12 bench --size ${request.megabytes}MB --rounds ${request.rounds}${cases}`;
}
