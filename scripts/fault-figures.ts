/** A line that a fault test reports: how often something was tried, and how often a promise was broken. */
export interface FaultFigure {
  readonly kind: string;
  readonly what: string;
  readonly tried: number;
  readonly violations: number;
}

export interface FaultRun {
  /** Of the test runner. */
  readonly status: number;
  /** Programs and their versions, the machine, the day. */
  readonly facts: readonly string[];
  readonly figures: readonly FaultFigure[];
}

const BEGIN = '<!-- figures of `pnpm test:faults`: written by it -->';
const END = '<!-- end of figures -->';

/** Reads the reports of tests, one JSON document a line, and adds up those of the same thing. */
export function readFigures(lines: string): FaultFigure[] {
  const sums = new Map<string, FaultFigure>();
  for (const line of lines.split('\n').filter((one) => one !== '')) {
    const { kind, what, tried, violations } = JSON.parse(line) as FaultFigure;
    const key = `${kind} ${what}`;
    const sum = sums.get(key) ?? { tried: 0, violations: 0 };
    sums.set(key, { kind, what, tried: sum.tried + tried, violations: sum.violations + violations });
  }
  return [...sums.values()].sort((a, b) => (`${a.kind} ${a.what}` < `${b.kind} ${b.what}` ? -1 : 1));
}

/** Replaces the figures of a page by those of this run. Throws when the page has no place for them. */
export function withFigures(page: string, run: FaultRun): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`the page lacks the lines '${BEGIN}' and '${END}'`);
  return `${page.slice(0, begin + BEGIN.length)}\n\n${figuresText(run)}\n\n${page.slice(end)}`;
}

function figuresText({ status, facts, figures }: FaultRun): string {
  const rows = [...figures, ...totals(figures)].map(
    ({ kind, what, tried, violations }) => `| ${kind} | ${what} | ${numberText(tried)} | ${numberText(violations)} |`,
  );
  return [
    ...facts.map((fact) => `- ${fact}`),
    ...(status === 0 ? [] : ['- **The run failed**: the figures of the test that failed may be missing.']),
    '',
    '| kind | what | tried | violations |',
    '|---|---|--:|--:|',
    ...rows,
  ].join('\n');
}

function totals(figures: readonly FaultFigure[]): FaultFigure[] {
  const sum = (field: 'tried' | 'violations') => figures.reduce((total, figure) => total + figure[field], 0);
  return [{ kind: '**all**', what: '', tried: sum('tried'), violations: sum('violations') }];
}

/** With a comma between thousands. */
function numberText(value: number): string {
  return value.toLocaleString('en-US');
}
