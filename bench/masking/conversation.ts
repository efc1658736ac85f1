// A conversation of an agent with its tools, turn by turn: the same history in each later request, as clients send it. At the 50th turn its
// request has about 115 KB. Each turn brings an e-mail address, a telephone number and addresses of machines that were not there before.
import { randomOf } from './random.ts';

export const TURNS = 50;

const INSTRUCTIONS =
  'You assist the security operations team of an electricity company. Answer in at most five sentences, name the evidence you used and say what is missing. ';
const LINES = 15;

export interface ConversationBody {
  readonly body: string;
  /** Some of what must not leave. */
  readonly values: readonly string[];
}

export function conversationBody(conversation: number, turns: number): ConversationBody {
  const random = randomOf(conversation);
  const values: string[] = [];
  const messages: object[] = [{ role: 'system', content: INSTRUCTIONS.repeat(8) }];
  for (let turn = 1; turn <= turns; turn++) {
    const mail = `operator${random.digits(5)}@example.co.jp`;
    const phone = `03-${random.between(2, 9)}${random.digits(3)}-${random.digits(4)}`;
    const source = `203.0.113.${random.between(1, 254)}`;
    values.push(mail, phone);
    const id = `call_${conversation}_${turn}`;
    const lines = Array.from(
      { length: LINES },
      (_, line) =>
        `2026-11-24T05:${String(turn).padStart(2, '0')}:${String(line).padStart(2, '0')}Z vpn-gw-${line % 3} auth[${4000 + turn}]: login failed, source ${source} port ${random.between(1024, 65_000)}, reason bad_password, attempt ${line}`,
    );
    messages.push(
      {
        role: 'user',
        content: `Turn ${turn}: ${mail} (${phone}) reports that the portal is slow. Look at the log of the last minutes and say what is new.`,
      },
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          {
            id,
            type: 'function',
            function: { name: 'read_log', arguments: JSON.stringify({ path: '/var/log/vpn.log', from: turn * LINES }) },
          },
        ],
      },
      { role: 'tool', tool_call_id: id, content: lines.join('\n') },
    );
  }
  return { body: JSON.stringify({ model: 'bench', messages, temperature: 0 }), values };
}
