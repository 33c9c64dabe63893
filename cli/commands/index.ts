import type { Command } from '../command.ts';
import { backup } from './backup.ts';
import { group } from './group.ts';
import { helpCommand } from './help.ts';
import { log } from './log.ts';
import { restore } from './restore.ts';
import { server } from './server.ts';
import { shell } from './shell.ts';
import { test } from './test.ts';
import { topic } from './topic.ts';
import { user } from './user.ts';
import { version } from './version.ts';

const named: readonly Command[] = [
  shell,
  server,
  test,
  topic,
  group,
  log,
  backup,
  restore,
  user,
  version,
];

/** All subcommands, in the order the help shows them. */
export const commands: readonly Command[] = [...named, helpCommand(named)];
