import { EVENTS, type Message } from './message.ts';

/** `❌ PostgreSQL backup failed: …` */
export function titleOf({ event, title }: Message): string {
  return `${EVENTS[event].sign} ${title}`;
}

/** Everything below the title but the link, as lines of plain text. */
export function detailsOf({ lines, hint, facts }: Message): readonly string[] {
  return [
    ...lines,
    ...(hint === undefined ? [] : [`→ ${hint}`]),
    ...facts.map(({ name, value }) => `${name}: ${value}`),
  ];
}

/** The whole message as plain text. */
export function plainText(message: Message): string {
  const { link } = message;
  return [...detailsOf(message), ...(link === undefined ? [] : [`job: ${link}`])].join('\n');
}
