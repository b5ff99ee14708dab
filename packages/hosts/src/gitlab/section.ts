const CLEAR = '\u001b[0K';

/**
 * Begins a section of a job's log; what follows on the line is its header
 * (docs.gitlab.com/ci/jobs/job_logs, "custom collapsible sections"). `name`: letters, digits, `_.-`. `now`: ms since 1970.
 */
export function sectionStart(name: string, now: number): string {
  return `${CLEAR}section_start:${Math.floor(now / 1000)}:${name}\r${CLEAR}`;
}

export function sectionEnd(name: string, now: number): string {
  return `${CLEAR}section_end:${Math.floor(now / 1000)}:${name}\r${CLEAR}`;
}
