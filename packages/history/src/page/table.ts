import { type Html, type HtmlValue, html } from './html.ts';

export interface Column {
  readonly title: string;
  readonly right?: true;
  /** Left out where the screen is narrow. */
  readonly wide?: true;
}

/** Rows under their titles; wide tables scroll in a region of their own, which a keyboard reaches. */
export function tableOf(caption: string, columns: readonly Column[], rows: readonly (readonly HtmlValue[])[]): Html {
  const heads = columns.map(({ title }) => html`<th scope="col">${title}</th>`);
  const kinds = columns.flatMap(({ right, wide }, index) => [
    ...(right ? [`r${index + 1}`] : []),
    ...(wide ? [`w${index + 1}`] : []),
  ]);
  const lines = rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}`)}`);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table class="${kinds.join(' ')}"><caption>${caption}</caption><thead><tr>${heads}</thead><tbody>
${lines}</tbody></table></div>`;
}
