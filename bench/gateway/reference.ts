// The reference: the least a gateway on this stack can do. It streams the request to the upstream, puts the operator's credential in,
// and streams the answer back with its status and headers, with back-pressure and with the upstream call ended when the client leaves.
// No key check, no decision, no record, no look at any body.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';

const [origin = '', credential = ''] = process.argv.slice(2);
const pool = new Pool(origin, { connections: 256, pipelining: 1 });

const server = createServer((request, response) => {
  const { host: _host, connection: _connection, 'keep-alive': _keepAlive, 'transfer-encoding': _coding, ...headers } = request.headers;
  headers.authorization = `Bearer ${credential}`;
  pool.dispatch(
    { path: request.url ?? '/', method: 'POST', headers, body: request },
    {
      onRequestStart(controller) {
        response.on('close', () => {
          if (!response.writableFinished) controller.abort(new Error('the client left'));
        });
      },
      onResponseStart(_controller, status, { connection: _closes, 'keep-alive': _idle, 'transfer-encoding': _chunked, ...kept }) {
        response.writeHead(status, kept);
      },
      onResponseData(controller, chunk) {
        if (response.write(chunk)) return;
        controller.pause();
        response.once('drain', () => controller.resume());
      },
      onResponseEnd: () => response.end(),
      onResponseError() {
        if (response.headersSent) response.destroy();
        else response.writeHead(502).end();
      },
    },
  );
});

process.on('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1', 1024, () => process.send?.({ type: 'ready', port: (server.address() as AddressInfo).port }));
