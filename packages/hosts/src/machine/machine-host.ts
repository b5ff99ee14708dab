import { escapeText } from '@postgres-backuper/base';
import type { Host, HostServices } from '../host.ts';
import { createLineHost, type Level } from '../line-host.ts';
import { successOfSkipped } from '../skipped.ts';

/** Time between two progress lines, milliseconds. */
const PROGRESS_MS = 60_000;

/** Priorities of syslog, which systemd reads at the beginning of a line (sd-daemon(3)). */
const PRIORITIES: Readonly<Record<Level, number>> = { error: 3, warning: 4, info: 6, debug: 7 };

/** Shows a command as lines of the journal; without a journal, as the same lines without priorities. */
export function createMachineHost(services: HostServices): Host {
  const line = services.environment.JOURNAL_STREAM ? journalLine : plainLine;
  return createLineHost({ line, progressMs: PROGRESS_MS, statusOf: successOfSkipped }, services);
}

function journalLine(level: Level, text: string): string {
  return `<${PRIORITIES[level]}>${escapeText(text)}\n`;
}

/** The text alone, with its level for warnings and errors. */
function plainLine(level: Level, text: string): string {
  return level === 'error' || level === 'warning' ? `${level}: ${escapeText(text)}\n` : `${escapeText(text)}\n`;
}
