import type { LogTexts } from './log.ts';

type Phase = Parameters<LogTexts['phase']>[0];

/** How a host writes a phase and the group of its lines. */
export interface GroupTexts extends Omit<LogTexts, 'phase'> {
  /** Written at once, so that the log shows what is being done. */
  readonly title: (phase: Phase) => string;
  readonly open: (phase: Phase) => string;
  readonly close: (phase: Phase) => string;
}

export interface Groups {
  readonly texts: LogTexts;
  /** Ends the current phase. */
  end(): string;
}

/** The lines of each phase as a foldable group of the log, one at a time; a phase without lines has no group. */
export function createGroups({ title, open, close, ...lines }: GroupTexts): Groups {
  let phase: Phase | undefined;
  let isOpen = false;
  const end = (): string => {
    const text = phase !== undefined && isOpen ? close(phase) : '';
    phase = undefined;
    isOpen = false;
    return text;
  };
  const inside = (text: string): string => {
    if (text === '' || phase === undefined || isOpen) return text;
    isOpen = true;
    return `${open(phase)}${text}`;
  };
  return {
    end,
    texts: {
      phase: (next) => {
        const text = end();
        phase = next;
        return `${text}${title(next)}`;
      },
      progress: (text) => inside(lines.progress(text)),
      notice: (text) => inside(lines.notice(text)),
      warning: (event) => inside(lines.warning(event)),
      detail: (text) => inside(lines.detail(text)),
    },
  };
}
