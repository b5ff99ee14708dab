import { escapeText } from '@postgres-backuper/base';

/**
 * One line that GitHub's runner obeys: `::name key=value,…::data`. A value may hold any character; line breaks
 * are kept in the data only, as `%0A`. Rules: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
export function workflowCommand(name: string, data = '', properties: Readonly<Record<string, string>> = {}): string {
  const given = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(value)}`);
  return `::${name}${given.length === 0 ? '' : ` ${given.join(',')}`}::${escapeData(data)}\n`;
}

function escapeData(text: string): string {
  const lines = text.split('\n').map((line) => escapeText(line).replaceAll('%', '%25'));
  // the older form of a command is obeyed anywhere in a line, and act's parser reads up to the last `::`
  return lines
    .join('%0A')
    .replaceAll('##[', '# #[')
    .replaceAll(/:(?=:)/g, ': ');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** Lines of the log that the runner shows and never obeys. */
export function plainLines(text: string): string {
  const lines = text.replace(/\n$/, '').split('\n');
  return lines.map((line) => `${harmless(escapeText(line))}\n`).join('');
}

function harmless(line: string): string {
  return line.replaceAll('##[', '# #[').replace(/^(\s*):(?=:)/, '$1: ');
}
