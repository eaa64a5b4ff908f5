import { basename } from 'node:path'
import { usageError } from '@unhosted/terminal'
import type { Handler } from '../../command/context.ts'
import type { positionals } from './index.ts'

/** Each asks the program itself for the words that may follow, so that it never goes out of date. */
const scripts: Readonly<Record<string, string>> = {
  bash: `# unhosted completion for bash
_unhosted_complete() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(unhosted --get-yargs-completions "\${COMP_WORDS[@]:0:COMP_CWORD+1}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o bashdefault -o default -F _unhosted_complete unhosted`,
  zsh: `# unhosted completion for zsh
_unhosted_complete() {
  local -a words_found
  words_found=("\${(@f)$(unhosted --get-yargs-completions "\${(@)words[1,CURRENT]}" 2>/dev/null)}")
  _describe 'values' words_found || _files
}
compdef _unhosted_complete unhosted`,
  fish: `# unhosted completion for fish
complete -c unhosted -a '(unhosted --get-yargs-completions (commandline -opc) (commandline -ct) 2>/dev/null)'`
}

export const handle: Handler<Record<never, never>, typeof positionals> = async (args, { environment, output }) => {
  const shell = args.shell ?? basename(environment.SHELL ?? '')
  const script = Object.hasOwn(scripts, shell) ? scripts[shell] : undefined
  if (shell === '') throw usageError('$SHELL is not set. Name the shell: bash, zsh or fish.')
  if (script === undefined)
    throw usageError(`No completion script for "${shell}"; there is one for bash, zsh and fish.`)
  output.result({ shell, script }, () => script)
}
