import { styleText } from 'node:util';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** The text in a colour, where colours may be used. */
export function paint(colours: boolean, style: Style, text: string): string {
  return colours ? styleText(style, text, { validateStream: false }) : text;
}
