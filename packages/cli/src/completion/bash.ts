import type { CommandWords, FlagWords } from './words.ts';

/** Works with bash 4 alone: nothing of the package bash-completion is called. */
export function bashScript(commands: readonly CommandWords[]): string {
  const cases = commands.map(({ name, flags }) => `    ${name}) flags='${flags.map(({ flag }) => flag).join(' ')}' ;;`);
  return `# bash completion of postgres-backuper; in ~/.bashrc: eval "$(postgres-backuper completion bash)"
_postgres_backuper() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} flags=
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${commands.map(({ name }) => name).join(' ')} help completion' -- "$word"))
    return
  fi
  [ "$before" = = ] && before=\${COMP_WORDS[COMP_CWORD-2]}
  [ "$word" = = ] && before=\${COMP_WORDS[COMP_CWORD-1]} && word=
  case $before in
${valueCases(commands).join('\n')}
  esac
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
    help) COMPREPLY=($(compgen -W '${commands.map(({ name }) => name).join(' ')}' -- "$word")); return ;;
    completion) COMPREPLY=($(compgen -W 'bash zsh fish' -- "$word")); return ;;
  esac
  case $word in
    -*) COMPREPLY=($(compgen -W "$flags" -- "$word")) ;;
    *) case \${COMP_WORDS[1]} in
      ${
        commands
          .filter(({ files }) => files)
          .map(({ name }) => name)
          .join('|') || '-'
      }) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$word")) ;;
    esac ;;
  esac
}
complete -F _postgres_backuper postgres-backuper
`;
}

/** What follows a flag does not depend on the command. */
function valueCases(commands: readonly CommandWords[]): readonly string[] {
  const all = new Map(commands.flatMap(({ flags }) => flags).map((flag): [string, FlagWords] => [flag.flag, flag]));
  const named = (value: FlagWords['value']): string =>
    [...all.values()]
      .filter((flag) => flag.value === value)
      .map(({ flag }) => flag)
      .join('|');
  const chosen = [...all.values()].flatMap(({ flag, value }) =>
    Array.isArray(value) ? [`    ${flag}) COMPREPLY=($(compgen -W '${value.join(' ')}' -- "$word")); return ;;`] : [],
  );
  const files = `    ${named('file')}) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$word")); return ;;`;
  return [...chosen, files, `    ${named('value')}) return ;;`];
}
