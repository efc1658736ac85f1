// Preloaded into a peer that listens on every interface and has no option against it: the benchmark must not open a proxy to the network.
// Changes the address of the listening socket and nothing else.
import net from 'node:net';

const listen = Reflect.get(net.Server.prototype, 'listen') as (...given: unknown[]) => net.Server;

function listenOnLoopback(this: net.Server, ...given: unknown[]): net.Server {
  const port = given.find((value) => typeof value === 'number');
  if (port === undefined) throw new Error('loopback-only: the server listens in a way that is not a port number');
  const callback = given.find((value) => typeof value === 'function');
  return Reflect.apply(listen, this, callback === undefined ? [port, '127.0.0.1'] : [port, '127.0.0.1', callback]);
}

net.Server.prototype.listen = listenOnLoopback;
