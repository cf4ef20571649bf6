import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import type { AddCommand } from './command.ts';
import { addKey } from './key.ts';
import { addNotification } from './notification.ts';
import { addPlan } from './plan.ts';
import { addField, addTable } from './table.ts';
import { addUser } from './user.ts';

const all: Readonly<Record<string, AddCommand>> = { addKey, addTable, addField, addUser, addPlan, addNotification };

for (const [name, add] of Object.entries(all)) {
  test(`${name}: the help of every command has an example, and shows no default that is an empty list`, () => {
    let help = '';
    const program = new Command().configureOutput({
      writeOut: (text) => {
        help += text;
      },
    });
    add(program, () => undefined);
    for (const group of program.commands) {
      for (const command of group.commands) {
        help = '';
        command.outputHelp();
        assert.match(help, /Examples:\n .+\n +tessera /, `${group.name()} ${command.name()}`);
        assert.doesNotMatch(help, /default: \[\]/, `${group.name()} ${command.name()}`);
      }
    }
  });
}
