import { escapeText, formatBytes, formatDuration, numberOf } from '@postgres-backuper/base';
import { paint, type ResultKinds } from '@postgres-backuper/hosts';

type Report = ResultKinds['report'];

/** Where the page is, below the names that need a look. */
export function reportText({ output, sizeBytes, names }: Report, colours: boolean): string {
  const bad = names.filter(({ state }) => state !== 'ok');
  const lines = bad.map((one) => lineOf(one, colours));
  const good = names.length - bad.length;
  return `${lines.join('')}${numberOf(good, 'name')} good, ${bad.length} to look at: ${escapeText(output)} (${formatBytes(sizeBytes)})\n`;
}

function lineOf({ name, location, state, ageMs, warnings }: Report['names'][number], colours: boolean): string {
  const sign = state === 'warning' ? paint(colours, 'yellow', '!') : paint(colours, 'red', '✗');
  const age = state === 'stale' || ageMs === null ? [] : [`${formatDuration(ageMs)} old`]; // the warnings say it
  const texts = [...age, ...warnings.map(escapeText)];
  return `${sign} '${escapeText(name)}' in ${escapeText(location)}: ${texts.join('; ')}\n`;
}
