import { EVENTS, type Message } from './message.ts';
import { titleOf } from './text.ts';

const FONT = 'font-family:system-ui,sans-serif;font-size:15px;line-height:1.5;color:#24292f';

/** The message as an HTML page without images, scripts and links but that of the job. */
export function htmlText(message: Message): string {
  const { event, lines, hint, facts, link } = message;
  const colour = `#${EVENTS[event].colour.toString(16).padStart(6, '0')}`;
  const rows = facts.map(({ name, value }) => `<tr>${cell(name, 'color:#57606a')}${cell(value)}</tr>`).join('');
  return [
    `<!doctype html><html lang="en"><head><meta charset="utf-8"></head><body style="${FONT}">`,
    `<div style="border-left:4px solid ${colour};padding-left:12px">`,
    `<h2 style="font-size:18px;margin:0 0 8px">${escaped(titleOf(message))}</h2>`,
    ...lines.map((line) => `<p style="margin:4px 0">${escaped(line)}</p>`),
    ...(hint === undefined ? [] : [`<p style="margin:8px 0"><b>What to do:</b> ${escaped(hint)}</p>`]),
    rows === '' ? '' : `<table style="font-size:14px;border-spacing:0">${rows}</table>`,
    ...(link === undefined ? [] : [`<p style="margin:8px 0"><a href="${escaped(link)}">Open the job</a></p>`]),
    '</div></body></html>',
  ].join('\n');
}

function cell(text: string, style = ''): string {
  return `<td style="padding:2px 12px 2px 0;vertical-align:top;${style}">${escaped(text)}</td>`;
}

const SIGNS: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => SIGNS[sign] ?? sign);
}
