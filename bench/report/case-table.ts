import type { Group } from '../cases/case.ts';
import { markdownTable } from './markdown-table.ts';
import type { Section } from './results.ts';
import { type CaseSummary, type Spread, summaryOf } from './summary.ts';

const MIB = 1024 ** 2;

/** One row per case: its figures, or why there are none. */
export function caseTable(section: Section, group: Group): string {
  const reference = summaryOf(section, group.reference);
  const rows = group.cases.flatMap(({ name, title }) => {
    const missing = section.missing.find((each) => each.case === name);
    if (missing !== undefined) return [[title, `missing: ${missing.reason}`]];
    const runs = section.runs.filter((run) => run.case === name);
    if (runs.length === 0) return [];
    const failure = runs.find((run) => run.failure !== undefined)?.failure;
    const summary = summaryOf(section, name);
    if (summary === undefined) return [[title, `**failed**: ${failure}`]];
    return [[title, ...cells(summary, reference, section.rawBytes), ...notedCells(summary, group)]];
  });
  return markdownTable([[`× = ${group.referenceTitle}`, ...HEAD, ...Object.values(group.noted ?? {})], ...rows]);
}

/** What cases of the group note themselves; empty where one does not. */
function notedCells({ noted }: CaseSummary, group: Group): string[] {
  return Object.keys(group.noted ?? {}).map((name) => {
    const spread = noted[name];
    return spread === undefined ? '' : `${seconds(spread.median)} [${extremes(spread)}]`;
  });
}

const HEAD = ['wall, s', 'client', 'server', 'storage', 'CPU, s', 'memory, MiB', 'largest process', 'temp', 'stored'];

function cells(summary: CaseSummary, reference: CaseSummary | undefined, rawBytes: number): string[] {
  const { wallS, clientS, serverS, storageS, cpuS, treeBytes, processBytes, tempBytes, storedBytes } = summary;
  const of = (pick: (each: CaseSummary) => number): string => ratio(pick(summary), reference && pick(reference));
  return [
    `${seconds(wallS.median)} [${extremes(wallS)}]${of((each) => each.wallS.median)}`,
    seconds(clientS.median) + of((each) => each.clientS.median),
    seconds(serverS.median) + of((each) => each.serverS.median),
    storageS.median > 0 ? seconds(storageS.median) : '',
    `${seconds(cpuS.median)} [${extremes(cpuS)}]${of((each) => each.cpuS.median)}`,
    (treeBytes / MIB).toFixed(0) + of((each) => each.treeBytes),
    (processBytes / MIB).toFixed(0) + of((each) => each.processBytes),
    tempBytes > 0 ? `${(tempBytes / 1e6).toFixed(1)} MB` : '0',
    storedBytes === undefined ? '' : stored(storedBytes, rawBytes),
  ];
}

function stored(bytes: number, rawBytes: number): string {
  const share = rawBytes > 0 ? `, ${((bytes / rawBytes) * 100).toFixed(1)} %` : '';
  return `${(bytes / 1e6).toFixed(1)} MB${share}`;
}

function extremes({ min, max }: Spread): string {
  return `${seconds(min)}–${seconds(max)}`;
}

function seconds(value: number): string {
  return value.toFixed(value < 1 ? 3 : 2);
}

function ratio(value: number, reference: number | undefined): string {
  return reference === undefined || reference === 0 ? '' : ` ×${(value / reference).toFixed(2)}`;
}
