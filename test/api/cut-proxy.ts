import * as net from 'node:net';
import { onTestFinished } from 'vitest';

/** Stands between clients and a server, to cut what is between them. */
export interface CutProxy {
  readonly port: number;
  /** Cuts all connections there are. */
  cut(): void;
}

/** Starts one on a free port, closed when the test is over. @param target the port of the server. */
export async function startCutProxy(target: number): Promise<CutProxy> {
  const sockets = new Set<net.Socket>();
  const proxy = net.createServer((socket) => {
    const upstream = net.connect(target, '127.0.0.1');
    for (const [from, to] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      sockets.add(from);
      from.on('error', () => {});
      from.on('close', () => to.destroy());
      from.pipe(to);
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  onTestFinished(() => {
    cut();
    proxy.close();
  });
  return { port: (proxy.address() as net.AddressInfo).port, cut };
}
