import type { NameState } from '../name-history.ts';
import { type Html, html } from './html.ts';

/** A sign and a word for each state: never a colour alone. */
const STATES: Readonly<Record<NameState, readonly [sign: string, word: string]>> = {
  none: ['✕', 'no backup'],
  damaged: ['✕', 'newest damaged'],
  stale: ['✕', 'too old'],
  warning: ['!', 'look'],
  ok: ['✓', 'good'],
};

export function badgeOf(state: NameState): Html {
  const [sign, word] = STATES[state];
  return html`<span class="badge ${state}"><span aria-hidden="true">${sign}</span> ${word}</span>`;
}
