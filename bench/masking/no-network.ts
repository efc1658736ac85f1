// Preloaded into the processes of peers: nothing here may leave the machine, whatever a package does when it is loaded or called. Every
// attempt to connect or to resolve a name fails and is counted.
import dns from 'node:dns';
import net from 'node:net';

export const attempts = { count: 0 };

function refuse(): never {
  attempts.count++;
  throw new Error('no-network: the benchmark lets no peer use the network');
}

Reflect.set(net.Socket.prototype, 'connect', refuse);
Reflect.set(dns, 'lookup', refuse);
Reflect.set(dns.promises, 'lookup', refuse);

const { fetch } = globalThis;
// `data:` URLs stay: one peer reads its own WebAssembly out of one.
Reflect.set(globalThis, 'fetch', (...given: Parameters<typeof fetch>): Promise<Response> => {
  const [target] = given;
  return (typeof target === 'string' || target instanceof URL) && String(target).startsWith('data:') ? fetch(...given) : refuse();
});
