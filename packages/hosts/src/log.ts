import type { Emit, Event } from '@postgres-backuper/base';
import type { HostServices } from './host.ts';
import { progressText } from './progress-text.ts';

type OfType<Type extends Event['type']> = Extract<Event, { type: Type }>;

/** What a log writes for each kind of event, '' for nothing. A new kind does not compile until every host shows it. */
export interface LogTexts {
  readonly phase: (event: OfType<'phase'>) => string;
  /** A short sentence; called at most once in `progressMs`. */
  readonly progress: (text: string) => string;
  readonly notice: (text: string) => string;
  readonly warning: (event: OfType<'warning'>) => string;
  /** Called only for a verbose log. */
  readonly detail: (text: string) => string;
}

export interface LogRequest {
  readonly texts: LogTexts;
  /** Time between two progress texts, milliseconds. */
  readonly progressMs: number;
}

/** Events as the text of a host's log. */
export function createLog({ texts, progressMs }: LogRequest, { write, verbose, elapsed }: HostServices): Emit {
  let lastProgress = elapsed();
  const isProgressDue = (): boolean => {
    const now = elapsed();
    if (now - lastProgress < progressMs) return false;
    lastProgress = now;
    return true;
  };
  const eventText = (event: Event): string => {
    switch (event.type) {
      case 'phase':
        return texts.phase(event);
      case 'progress':
        return isProgressDue() ? texts.progress(progressText(event.progress)) : '';
      case 'notice':
        return texts.notice(event.text);
      case 'warning':
        return texts.warning(event);
      case 'detail':
        return verbose ? texts.detail(event.text) : '';
    }
  };
  return (event) => {
    const text = eventText(event);
    if (text !== '') write(text);
  };
}
