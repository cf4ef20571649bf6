/** `tessera completion`: what a shell needs to complete commands and options, made from the commands themselves. */
import { Argument, type Command } from 'commander';
import { type Done, examples } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { say } from './output.ts';

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

export function addCompletion(program: Command, done: Done): void {
  program
    .command('completion')
    .description('Print what a shell needs to complete commands and options.')
    .addArgument(new Argument('<shell>').choices(shells))
    .addHelpText(
      'after',
      examples(
        ['source <(tessera completion bash)', 'In ~/.bashrc:'],
        ['tessera completion zsh > ~/.zfunc/_tessera', 'Once, for zsh (a folder of $fpath):'],
        ['tessera completion fish > ~/.config/fish/completions/tessera.fish', 'Once, for fish:'],
      ),
    )
    .action((shell: Shell) => {
      say(scripts[shell](wordsByPath(program)));
      done(exitCodes.ok);
    });
}

/** What can follow: subcommands and options, by the words before (`key create`). */
type Words = ReadonlyMap<string, readonly string[]>;

function wordsByPath(program: Command): Words {
  const words = new Map<string, readonly string[]>();
  const walk = (command: Command, path: string): void => {
    const below = command.commands.filter((one) => one.name() !== 'help');
    const options = command.options.flatMap(({ long }) => long ?? []);
    words.set(path, [...below.map((one) => one.name()), ...options, '--help']);
    for (const one of below) walk(one, `${path} ${one.name()}`.trim());
  };
  walk(program, '');
  return words;
}

/** Names hold letters, digits and dashes only, so nothing in these scripts wants quoting. */
const scripts: Readonly<Record<Shell, (words: Words) => string>> = {
  bash: (words) => `${bashFunction(words)}
complete -o default -F _tessera tessera`,
  zsh: (words) => `#compdef tessera
autoload -U +X bashcompinit && bashcompinit
${bashFunction(words)}
complete -o default -F _tessera tessera`,
  fish: (words) =>
    [...words]
      .map(([path, next]) => {
        const condition =
          path === '' ? '__fish_use_subcommand' : `__fish_seen_subcommand_from ${path.split(' ').at(-1)}`;
        const names = next.filter((one) => !one.startsWith('--'));
        const options = next.filter((one) => one.startsWith('--')).map((one) => one.slice(2));
        return [
          ...(names.length === 0 ? [] : [`complete -c tessera -n '${condition}' -f -a '${names.join(' ')}'`]),
          ...options.map((one) => `complete -c tessera -n '${condition}' -l ${one}`),
        ].join('\n');
      })
      .join('\n'),
};

function bashFunction(words: Words): string {
  const known = [...words.keys()].filter((path) => path !== '').map((path) => `'${path}'`);
  const cases = [...words].map(([path, next]) => `    '${path}') words='${next.join(' ')}' ;;`);
  return `_tessera() {
  local path='' words='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${path:+$path }$word" in
      ${known.join('|')}) path="\${path:+$path }$word" ;;
    esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}`;
}
