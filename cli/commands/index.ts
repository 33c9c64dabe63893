import type { Command } from '../command.ts';
import { helpCommand } from './help.ts';
import { server } from './server.ts';
import { shell } from './shell.ts';
import { test } from './test.ts';
import { user } from './user.ts';
import { version } from './version.ts';

const named: readonly Command[] = [shell, server, user, test, version];

/** All subcommands, in the order the help shows them. */
export const commands: readonly Command[] = [...named, helpCommand(named)];
