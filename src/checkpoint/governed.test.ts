// Governed requests while things change under them: grants end, people leave, providers and models say odd things.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Grant, Hold } from '#access';
import type { AccessRules } from '#checkpoint';
import { err, ok } from '#kernel';
import { chatCompletions, messages, responses } from '#providers';
import {
  AMBIGUOUS,
  ASKED,
  begin,
  callOf,
  chunk,
  deployment,
  GRANT,
  INSIDE,
  pass,
  RECORD,
  says,
  soon,
  TOOLS,
  wholeOf,
  type World,
} from '#test/governed';

describe('a governed request', () => {
  it('goes to nobody else once its grant has been revoked, its holder suspended, or the copy too old', async () => {
    for (const change of [
      { ...RECORD, grants: [{ ...GRANT, state: 'revoked' as const }] },
      { ...RECORD, standing: 'suspended' as const },
      { ...RECORD, standing: 'restricted' as const },
      'stale' as const,
    ]) {
      const world: World = { record: RECORD };
      let asked = 0;
      const first = await deployment('a/d', (response) => {
        world.record = change;
        response.writeHead(503).end();
      });
      const second = await deployment('b/d', (response) => {
        asked++;
        says(wholeOf())(response);
      });
      const { reply } = await pass([first, second], ASKED, world);
      assert.equal(asked, 0, JSON.stringify(change));
      assert.notEqual(reply.status, 200);
    }
  });

  it('is continued by nobody once its grant has ended', async () => {
    const world: World = { record: RECORD };
    let asked = 0;
    const first = await deployment('a/d', (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(chunk({ content: 'so far' }));
      setTimeout(() => {
        world.record = { ...RECORD, grants: [{ ...GRANT, endsAtMs: Date.now() - 1 }] };
        response.destroy();
      }, 30);
    });
    const second = await deployment('b/d', (response) => {
      asked++;
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(`${chunk({ content: 'more' }, 'stop')}data: [DONE]\n\n`);
    });
    const { reply } = await pass([first, second], { ...ASKED, stream: true }, world, { route: { resumption: true } });
    assert.deepEqual([asked, reply.interrupted], [0, 'connection-broken']);
  });

  it('gets no tool call after its grant was revoked or its holder suspended in the middle of the answer', async () => {
    for (const change of [{ ...RECORD, grants: [] }, { ...RECORD, standing: 'suspended' as const }, 'stale' as const]) {
      const world: World = { record: RECORD };
      const line = await deployment('a/d', (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(chunk({ content: 'so far' }));
        setTimeout(() => {
          world.record = change;
          response.write(chunk({ tool_calls: [callOf(INSIDE)] }));
          response.end(`${chunk({}, 'tool_calls')}data: [DONE]\n\n`);
        }, 30);
      });
      const { reply, outcome } = await pass([line], { ...ASKED, stream: true }, world);
      assert.doesNotMatch(reply.text, /10\.20\.3\.4/, JSON.stringify(change));
      assert.match(reply.text, /so far/);
      assert.deepEqual((outcome()['calls'] as { decision: string }[])[0]?.decision, 'deny');
    }
  });

  it('is judged by what its grant covers when the call is proposed', async () => {
    const world: World = { record: RECORD };
    const line = await deployment('a/d', (response) => {
      const scope = { ...GRANT.scope, targets: [{ kind: 'network' as const, value: '10.20.99.0/24' }] };
      world.record = { ...RECORD, grants: [{ ...GRANT, scope }] };
      says(wholeOf(callOf(INSIDE)))(response);
    });
    const { reply, outcome } = await pass([line], ASKED, world);
    assert.doesNotMatch(reply.text, /"tool_calls":\[\{/);
    assert.deepEqual(outcome()['calls'], [{ decision: 'deny', hold: null, name: 'shell', reasons: ['target-outside'] }]);
  });
});

describe('of several grants that count', () => {
  const narrow: Grant = { ...GRANT, tier: 1 };
  const wider: Grant = { ...GRANT, id: 'grt_2', programs: ['blue'] };
  const rules: Partial<AccessRules> = {
    policy: {
      decide: ({ grant, deployment: { program } }) =>
        program === undefined || grant!.programs.includes(program)
          ? { allowed: true, policies: ['all'] }
          : { allowed: false, policies: ['program-not-opened'], reason: 'no', next: 'no' },
    },
  };

  it('the one counts that opens the program of the route, and where each would do the one of the least tier', async () => {
    for (const [program, used] of [
      ['blue', 'grt_2'],
      [undefined, 'grt_1'],
    ] as const) {
      const line = await deployment('a/d', says(wholeOf()), { accessProgram: program });
      const { reply, records } = await pass([line], ASKED, { record: { ...RECORD, grants: [narrow, wider] }, rules });
      assert.equal(reply.status, 200, JSON.stringify(reply.refusal));
      assert.equal((records[0]!['access'] as { grant: string }).grant, used);
    }
    const [plain, blue] = [await deployment('a/d', says('{}', 503)), await deployment('b/d', says(wholeOf()), { accessProgram: 'blue' })];
    const both = await pass([plain, blue], ASKED, { record: { ...RECORD, grants: [narrow, wider] }, rules });
    assert.equal(both.reply.status, 200, 'the program is not left out because something else is open');
    const line = await deployment('a/d', says(wholeOf()), { accessProgram: 'red' });
    const { reply } = await pass([line], ASKED, { record: { ...RECORD, grants: [narrow, wider] }, rules });
    assert.ok(reply.refusal?.rule === 'access-denied' && reply.refusal.grant === 'grt_1');
  });
});

describe('the answer to a governed request', () => {
  it('has no tool call where it says that it failed', async () => {
    for (const [status, headers, body] of [
      [400, {}, wholeOf(callOf(INSIDE))],
      [422, {}, wholeOf(callOf(JSON.stringify({ command: 'ping 203.0.113.9' })))],
      [500, {}, wholeOf(callOf(INSIDE))],
      [500, { 'content-encoding': 'gzip' }, gzipSync(wholeOf(callOf(INSIDE)))],
      [400, { 'content-encoding': 'gzip' }, gzipSync(wholeOf(callOf(INSIDE)))],
      [400, {}, `data: ${wholeOf(callOf(INSIDE))}\n\n`],
    ] as const) {
      const line = await deployment('a/d', says(body, status, headers));
      const { reply } = await pass([line], ASKED, { record: RECORD });
      const isEncoded = 'content-encoding' in headers;
      assert.doesNotMatch(reply.text, isEncoded ? /./s : /"tool_calls":\[\{/, `${status} ${JSON.stringify(headers)}`);
    }
  });

  it('is the error of the provider as it is, in every format', async () => {
    const body = (tool: object) => ({ model: 'r', max_tokens: 5, messages: [{ role: 'user', content: 'hello' }], tools: [tool] });
    for (const [operation, request, error] of [
      [
        chatCompletions,
        ASKED,
        {
          error: {
            message: "messages.3.tool_calls: 'tool_calls' must be followed by tool messages",
            type: 'invalid_request_error',
            code: null,
          },
        },
      ],
      [
        messages,
        body({ name: 'shell', input_schema: {} }),
        { type: 'error', error: { type: 'invalid_request_error', message: 'messages.1: "content" of tool_use is missing' } },
      ],
      [
        responses,
        { model: 'r', input: 'x', tools: [{ type: 'function', name: 'shell' }] },
        {
          error: {
            message: 'No tool output found for function_call "output" x',
            type: 'invalid_request_error',
            param: 'input',
            code: null,
          },
        },
      ],
    ] as const)
      for (const status of [400, 429, 500]) {
        const line = await deployment('a/d', says(JSON.stringify(error), status), { wires: [operation.format.wire] });
        const { reply } = await pass([line], request, { record: RECORD }, { operation });
        assert.deepEqual([reply.status, reply.text], [status, JSON.stringify(error)]);
      }
  });

  it('has no call of a name that only looks like a kind of tool', async () => {
    const line = await deployment(
      'a/d',
      says(wholeOf(callOf(INSIDE, 'func_call'), callOf(INSIDE, 'function_call', 1), callOf(INSIDE, 'custo_call', 2))),
    );
    const { reply } = await pass([line], { ...ASKED, tools: [...TOOLS, { type: 'custom', custom: { name: 'c' } }] }, { record: RECORD });
    assert.doesNotMatch(reply.text, /"tool_calls":\[\{/);
  });
});

const HOLD = { id: 'hld_1' } as Hold;

describe('a held call', () => {
  it('takes no approval once the client has gone', async () => {
    let consumed = 0;
    let isApproved = false;
    const line = await deployment('a/d', (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(chunk({ tool_calls: [callOf(AMBIGUOUS)] }));
      response.end(`${chunk({}, 'tool_calls')}data: [DONE]\n\n`);
    });
    const { reply, done, outcome } = begin(
      [line],
      { ...ASKED, stream: true },
      {
        record: RECORD,
        rules: { holdWaitMs: 2_000 },
        access: {
          directory: { of: () => ok(RECORD), holdState: () => (isApproved ? 'approved' : 'waiting') },
          holds: {
            open: () => Promise.resolve(ok(HOLD)),
            consume: ({ holdId }) => {
              if (holdId === undefined) return Promise.resolve(err({ kind: 'unknown-hold' }));
              consumed++;
              return Promise.resolve(ok(HOLD));
            },
          },
        },
      },
    );
    await soon(150);
    isApproved = true;
    reply.leave();
    await done;
    await soon(300);
    assert.equal(consumed, 0);
    const [call] = outcome()['calls'] as { decision: string; hold: string }[];
    assert.deepEqual([call?.decision, call?.hold], ['hold', HOLD.id], 'whoever reads the record finds what it waited for');
  });

  it('says so when its approval has been taken by another request', async () => {
    const line = await deployment('a/d', says(wholeOf(callOf(AMBIGUOUS))));
    const { reply } = await pass([line], ASKED, {
      record: RECORD,
      access: {
        directory: { of: () => ok(RECORD), holdState: () => 'delivered' },
        holds: {
          open: () => Promise.resolve(ok(HOLD)),
          consume: () => Promise.resolve(err({ kind: 'not-approved', status: 'delivered' })),
        },
      },
      rules: { holdWaitMs: 500 },
    });
    assert.doesNotMatch(reply.text, /waiting for a person/);
    assert.doesNotMatch(reply.text, /"tool_calls":\[\{/);
  });

  it('is asked about for a few calls of an answer only, however many it has', async () => {
    let opened = 0;
    const calls = Array.from({ length: 600 }, (_, index) =>
      callOf(JSON.stringify({ command: `H=$(cat ${index}); nmap $H` }), 'shell', index),
    );
    const line = await deployment('a/d', says(wholeOf(...calls)));
    const { reply } = await pass([line], ASKED, {
      record: RECORD,
      access: {
        holds: {
          open: () => {
            opened++;
            return Promise.resolve(err({ kind: 'too-many-waiting', whose: 'principal', most: 20 }));
          },
          consume: () => Promise.resolve(err({ kind: 'unknown-hold' })),
        },
      },
    });
    assert.ok(opened > 0 && opened <= 32, String(opened));
    assert.doesNotMatch(reply.text, /"tool_calls":\[\{/);
  });
});

describe('the records of a governed request', () => {
  it('hold names of tools that are bounded and harmless, whatever a model calls them', async () => {
    const names = Array.from({ length: 120 }, (_, index) => `${'\u0001'.repeat(120)}${index}`);
    const line = await deployment(
      'a/d',
      says(wholeOf(...names.map((name, index) => callOf(INSIDE, name, index)), callOf(INSIDE, `${'x'.repeat(99)}😀`, 200))),
    );
    const { outcome, failures } = await pass([line], ASKED, { record: RECORD });
    assert.deepEqual(failures, []);
    const text = JSON.stringify(outcome()['calls']);
    assert.ok(text.length < 40_000, String(text.length));
    assert.doesNotMatch(text, /\\u/);
  });

  it('are written whatever tools a client offers', async () => {
    const line = await deployment('a/d', says(wholeOf()));
    const tools = Array.from({ length: 60 }, (_, index) => ({ type: 'function', function: { name: `${'\u0001'.repeat(250)}${index}` } }));
    for (const rules of [{ tools: 'remove' }, { tools: 'refuse' }] as const) {
      const { records, failures, reply } = await pass([line], { ...ASKED, tools }, { record: RECORD, rules });
      assert.deepEqual(failures, []);
      assert.ok(records.length > 0, reply.refusal?.rule);
    }
  });
});

describe('signs of misuse', () => {
  it('are counted once for one answer: what a page made a model propose suspends nobody', async () => {
    const calls = Array.from({ length: 20 }, (_, index) =>
      callOf(JSON.stringify({ command: `curl http://203.0.113.${index}/` }), 'shell', index),
    );
    const line = await deployment('a/d', says(wholeOf(...calls)));
    const { suspected, refused } = await pass([line], ASKED, { record: RECORD });
    assert.deepEqual([suspected.map(({ kind }) => kind), refused.length], [['target-outside-scope'], 1]);
  });

  it('are not what the checkpoint itself could not do, nor a body that cannot be read', async () => {
    const line = await deployment('a/d', says(wholeOf()));
    const { reply, refused } = await pass([line], ASKED, { record: 'stale' });
    assert.deepEqual([reply.refusal?.rule, refused], ['access-unknown', []]);
    const malformed = await pass([line], { ...ASKED, tools: {} }, { record: RECORD });
    assert.deepEqual([malformed.reply.refusal?.rule, malformed.refused], ['body-malformed', []]);
    const without = await pass([line], ASKED, { record: { ...RECORD, grants: [] } });
    assert.equal(without.refused.length, 1);
  });
});
