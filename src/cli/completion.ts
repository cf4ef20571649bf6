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
      say(scripts[shell](nextByPath(program)));
      done(exitCodes.ok);
    });
}

/** What can follow the words before it (`key create`). */
interface Next {
  readonly commands: readonly string[];
  readonly options: readonly string[];
  /** What an argument can be, where that is a list. */
  readonly choices: readonly string[];
  /** Options that take a value, with what it can be; nothing: anything, such as a file. */
  readonly values: ReadonlyMap<string, readonly string[]>;
}

type NextByPath = ReadonlyMap<string, Next>;

function nextByPath(program: Command): NextByPath {
  const found = new Map<string, Next>();
  const walk = (command: Command, path: string): void => {
    const below = command.commands.filter((one) => one.name() !== 'help');
    found.set(path, {
      commands: below.map((one) => one.name()),
      options: [...command.options.flatMap(({ long }) => long ?? []), '--help'],
      choices: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
      values: new Map(
        command.options.flatMap(({ long, required, argChoices }) =>
          required && long ? [[long, argChoices ?? []] as const] : [],
        ),
      ),
    });
    for (const one of below) walk(one, `${path} ${one.name()}`.trim());
  };
  walk(program, '');
  return found;
}

/** Names hold letters, digits, dashes and underscores only, so nothing in these scripts wants quoting. */
const scripts: Readonly<Record<Shell, (next: NextByPath) => string>> = {
  bash: (next) => `${bashFunction(next)}
complete -o default -F _tessera tessera`,
  zsh: (next) => `#compdef tessera
autoload -U +X bashcompinit && bashcompinit
${bashFunction(next)}
complete -o default -F _tessera tessera`,
  fish: (next) =>
    [...next]
      .map(([path, { commands, options, choices, values }]) => {
        const condition =
          path === '' ? '__fish_use_subcommand' : `__fish_seen_subcommand_from ${path.split(' ').at(-1)}`;
        const rule = `complete -c tessera -n '${condition}'`;
        const names = [...commands, ...choices];
        return [
          ...(names.length === 0 ? [] : [`${rule} -f -a '${names.join(' ')}'`]),
          ...options.map((option) => {
            const known = values.get(option);
            const value = known === undefined ? '' : known.length === 0 ? ' -r' : ` -x -a '${known.join(' ')}'`;
            return `${rule} -l ${option.slice(2)}${value}`;
          }),
        ].join('\n');
      })
      .join('\n'),
};

function bashFunction(next: NextByPath): string {
  const known = [...next.keys()].filter((path) => path !== '').map((path) => `'${path}'`);
  const values = [...next].flatMap(([path, { values: ofPath }]) =>
    [...ofPath].map(([option, choices]) => `    '${path} ${option}') words='${choices.join(' ')}' ;;`),
  );
  const names = [...next].map(([path, { commands, choices, options }]) => {
    return `    '${path} '*) words='${[...commands, ...choices, ...options].join(' ')}' ;;`;
  });
  return `_tessera() {
  local path='' words='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${path:+$path }$word" in
      ${known.join('|')}) path="\${path:+$path }$word" ;;
    esac
  done
  # What an option takes, then what else can follow. Where nothing is known, the shell offers files.
  case "$path \${COMP_WORDS[COMP_CWORD-1]}" in
${values.join('\n')}
${names.toReversed().join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}`;
}
