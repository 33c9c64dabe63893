/* A process for the tests of WatchedChild: does what it is told, badly. */
import { spawnSync } from 'node:child_process';

process.on('message', (command: string) => {
  console.error(`about to ${command}`);
  if (command === 'answer') process.send?.('answered');
  if (command === 'spin') spinForEver();
  if (command === 'block') spawnSync('sleep', ['30']);
  if (command === 'answer and end') process.send?.('answered', () => process.exit(3));
});

function spinForEver(): void {
  for (;;);
}
