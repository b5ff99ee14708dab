import type { CommandWords, FlagWords } from './words.ts';

export function zshScript(commands: readonly CommandWords[]): string {
  const described = commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`);
  const cases = commands.map(
    ({ name, flags, files }) =>
      `    ${name})\n      _arguments -s ${files ? "'*:file:_files' " : ''}\\\n${flags.map((flag) => `        ${specification(flag)}`).join(' \\\n')} ;;`,
  );
  return `#compdef postgres-backuper
# zsh completion of postgres-backuper; in ~/.zshrc, after compinit: eval "$(postgres-backuper completion zsh)"
_postgres_backuper() {
  local -a commands
  commands=(
${described.join('\n')}
    'help:Show the commands and options.'
    'completion:Write a script for bash, zsh or fish.'
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join('\n')}
    help) _describe command commands ;;
    completion) _values shell bash zsh fish ;;
  esac
}
compdef _postgres_backuper postgres-backuper
`;
}

/** \`'*--flag[text]:value:_files'\`: a flag may be repeated. */
function specification({ flag, summary, value }: FlagWords): string {
  const text = summary.replace(/[[\]\\:]/g, '\\$&');
  if (value === 'nothing') return quoted(`*${flag}[${text}]`);
  const action = value === 'file' ? '_files' : value === 'value' ? ' ' : `(${value.join(' ')})`;
  return quoted(`*${flag}=[${text}]:value:${action}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
