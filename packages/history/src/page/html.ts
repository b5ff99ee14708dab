import { createHash } from 'node:crypto';
import { escapeText } from '@postgres-backuper/base';

const TEXT: unique symbol = Symbol('html');

/** HTML that only `html` makes: a text of a database cannot become markup by accident, for it does not have this type. */
export interface Html {
  readonly [TEXT]: string;
}

/** A value inside a template. Texts are escaped; nothing is written for `undefined`. */
export type HtmlValue = Html | string | number | undefined | readonly HtmlValue[];

/**
 * HTML from a template. Every text inside is escaped, for element content and for quoted attributes alike; control
 * characters and direction marks are shown as in a terminal. Errors: Error for a value in an attribute without quotes.
 */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  const written = values.map((value, index) => {
    if (parts[index]?.endsWith('=')) throw new Error('a value of an attribute needs quotes');
    return markup(value);
  });
  return { [TEXT]: String.raw({ raw: parts }, ...written) };
}

/** Several pieces, one after the other. */
export function joined(pieces: readonly HtmlValue[]): Html {
  return { [TEXT]: markup(pieces) };
}

/** A style sheet and the source that a Content-Security-Policy allows for it. Errors: Error where it would end its element. */
export function styleSheet(css: string): { readonly element: Html; readonly source: string } {
  if (css.includes('</')) throw new Error('a style sheet cannot hold an end tag');
  const source = `'sha256-${createHash('sha256').update(css).digest('base64')}'`;
  return { element: { [TEXT]: `<style>${css}</style>` }, source };
}

/** The text of a file. */
export function written(page: Html): string {
  return page[TEXT];
}

function markup(value: HtmlValue): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return escaped(value);
  if (TEXT in value) return value[TEXT];
  return value.map(markup).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

function escaped(text: string): string {
  return escapeText(text).replace(/[&<>"'`]/g, (character) => ENTITIES[character] ?? '');
}
