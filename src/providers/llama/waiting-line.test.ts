import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { WaitingLine, type Ticket } from './waiting-line.ts';

const never = new AbortController().signal;

describe('the waiting line', () => {
  test('serves as many as it may, keeps the others in their order, and sends away who is too many', async () => {
    const line = new WaitingLine({ parallel: 1, maxQueued: 2 });
    const [first, second, third] = [line.enter()!, line.enter()!, line.enter()!];
    assert.equal(line.enter(), undefined);
    const order: string[] = [];
    await first.turn(never);
    const waiting = [third.turn(never).then(() => order.push('third')), second.turn(never).then(() => order.push('second'))];
    await setImmediate();
    assert.deepEqual(order, []);
    first.leave();
    await waiting[0];
    assert.deepEqual(order, ['third']);
    third.leave();
    await waiting[1];
    assert.deepEqual(order, ['third', 'second']);
  });

  test('whoever gives up waiting is passed over and makes room', async () => {
    const line = new WaitingLine({ parallel: 1, maxQueued: 1 });
    const [first, second] = [line.enter()!, line.enter()!];
    await first.turn(never);
    const given = new AbortController();
    const turn = second.turn(given.signal);
    given.abort(new Error('gone'));
    await assert.rejects(turn, /gone/);
    second.leave();
    const third = line.enter()!;
    first.leave();
    await third.turn(never);
  });

  test('leaving before the turn, or twice, frees nothing that others hold', async () => {
    const line = new WaitingLine({ parallel: 1, maxQueued: 1 });
    const first = line.enter()!;
    await first.turn(never);
    const second = line.enter()!;
    second.leave();
    second.leave();
    const third = line.enter()!;
    assert.equal(line.enter(), undefined);
    let isServed = false;
    const turn = third.turn(never).then(() => (isServed = true));
    await setImmediate();
    assert.equal(isServed, false);
    first.leave();
    await turn;
  });

  test('never serves more than it may and never keeps a place for nobody, whatever the order', async () => {
    const steps = fc.array(fc.tuple(fc.constantFrom('enter', 'turn', 'leave', 'give up'), fc.nat(9)), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 3 }), fc.nat(3), steps, async (parallel, maxQueued, sequence) => {
        const line = new WaitingLine({ parallel, maxQueued });
        const inside: { ticket: Ticket; gone: AbortController; asked: boolean; isServed: boolean }[] = [];
        for (const [step, which] of sequence) {
          const one = inside[which];
          if (step === 'enter') {
            const ticket = line.enter();
            assert.equal(ticket === undefined, inside.length === parallel + maxQueued);
            if (ticket !== undefined) inside.push({ ticket, gone: new AbortController(), asked: false, isServed: false });
          } else if (step === 'turn' && one !== undefined && !one.asked) {
            one.asked = true;
            one.ticket.turn(one.gone.signal).then(
              () => (one.isServed = true),
              () => undefined,
            );
          } else if (one !== undefined && (step === 'leave' || step === 'give up') && (one.isServed || step === 'give up')) {
            one.gone.abort();
            await setImmediate();
            one.ticket.leave();
            inside.splice(which, 1);
          }
          await setImmediate();
          const served = inside.filter(({ isServed }) => isServed).length;
          assert.equal(served, Math.min(parallel, inside.filter(({ asked }) => asked).length));
        }
      }),
      { numRuns: 50 },
    );
  });
});
