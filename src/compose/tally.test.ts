import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AggregatorRegistry } from 'prom-client';
import type { PassageReport } from '#checkpoint';
import type { RequestId } from '#kernel';
import { chatCompletions, messages } from '#providers';
import { Tally } from './tally.ts';

function report(changed: Partial<PassageReport> = {}): PassageReport {
  return {
    id: 'req_1' as RequestId,
    operation: chatCompletions,
    caller: 'c',
    keyId: 'k',
    route: 'r',
    deployment: 'p/d',
    drill: undefined,
    dataClasses: [],
    mismatch: undefined,
    result: {
      kind: 'answered',
      status: 200,
      ended: 'complete',
      failure: undefined,
      observation: { usage: { inputTokens: 3, outputTokens: 4 } },
      answerBytes: 1,
      firstByteMs: 30,
      upstreamRequestId: undefined,
      notes: [],
    },
    failures: [],
    refusal: undefined,
    totalMs: 2,
    recordMs: 0.2,
    ...changed,
  };
}

async function lines(...tallies: Tally[]): Promise<string[]> {
  const text = await AggregatorRegistry.aggregate(tallies.map((tally) => tally.export())).metrics();
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

describe('Tally', () => {
  it('adds up over processes what prom-client prints', async () => {
    const [first, second] = [new Tally(), new Tally()];
    first.add(report());
    second.add(report());
    second.add(report({ operation: messages, deployment: 'p/other' }));
    const printed = await lines(first, second);
    for (const line of [
      'sekisho_requests_total{operation="chat-completions",route="r",ended="complete"} 2',
      'sekisho_requests_total{operation="messages",route="r",ended="complete"} 1',
      'sekisho_tokens_total{deployment="p/d",direction="input"} 6',
      'sekisho_tokens_total{deployment="p/other",direction="output"} 4',
      'sekisho_request_seconds_bucket{le="0.001",operation="chat-completions"} 0',
      'sekisho_request_seconds_bucket{le="0.0025",operation="chat-completions"} 2',
      'sekisho_request_seconds_bucket{le="+Inf",operation="chat-completions"} 2',
      'sekisho_request_seconds_count{operation="chat-completions"} 2',
      'sekisho_request_seconds_sum{operation="chat-completions"} 0.004',
      'sekisho_first_byte_seconds_count{deployment="p/d"} 2',
      'sekisho_record_seconds_count 3',
    ])
      assert.ok(printed.includes(line), `${line}\nnot in\n${printed.join('\n')}`);
  });

  it('puts a value that equals a bound into that bucket, as Prometheus does, and one above all into +Inf', async () => {
    const tally = new Tally();
    tally.add(report({ totalMs: 1 }));
    tally.add(report({ totalMs: 400_000 }));
    const printed = await lines(tally);
    assert.ok(printed.includes('sekisho_request_seconds_bucket{le="0.001",operation="chat-completions"} 1'));
    assert.ok(printed.includes('sekisho_request_seconds_bucket{le="300",operation="chat-completions"} 1'));
    assert.ok(printed.includes('sekisho_request_seconds_bucket{le="+Inf",operation="chat-completions"} 2'));
  });

  it('never makes a label of a route that a refused request named', async () => {
    const tally = new Tally();
    for (let count = 0; count < 100; count++) {
      const refusal = { rule: 'unknown-route', route: `x${count}`, suggestion: undefined } as const;
      tally.add(report({ route: `x${count}`, deployment: undefined, result: undefined, refusal }));
    }
    const refused = (await lines(tally)).filter((line) => line.startsWith('sekisho_requests_total'));
    assert.deepEqual(refused, ['sekisho_requests_total{operation="chat-completions",route="",ended="refused"} 100']);
  });

  it('counts what a provider declined and a client that left', async () => {
    const tally = new Tally();
    const answered = report().result as Extract<PassageReport['result'], { kind: 'answered' }>;
    tally.add(report({ result: { ...answered, observation: { refusal: { kind: 'cyber-policy', code: 'cyber_policy' } } } }));
    tally.add(report({ result: { kind: 'abandoned' }, deployment: undefined }));
    const printed = await lines(tally);
    assert.ok(printed.includes('sekisho_provider_refusals_total{deployment="p/d"} 1'));
    assert.ok(printed.includes('sekisho_requests_total{operation="chat-completions",route="r",ended="client-gone"} 1'));
  });
});
