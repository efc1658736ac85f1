import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { pdfPartsOf } from './documents.ts';
import type { ClientWire } from './wire-format.ts';

const BASE64 = Buffer.from('%PDF-1.7\nsome bytes').toString('base64');
const URL_OF_PDF = `data:application/pdf;base64,${BASE64}`;
const WIRES: readonly ClientWire[] = ['openai-chat', 'openai-responses', 'openai-embeddings', 'anthropic-messages'];

/** The request after every PDF was replaced, and what was found. */
function replaced(request: object, wire: ClientWire): { readonly after: unknown; readonly names: (string | undefined)[] } {
  const after: unknown = structuredClone(request);
  const parts = pdfPartsOf(after, wire);
  for (const part of parts) {
    assert.equal(part.base64, BASE64);
    part.replace('the text', 2);
  }
  return { after, names: parts.map(({ name }) => name) };
}
const textNamed = (name: string) => `[text of the PDF "${name}", 2 pages; pictures are left out]\nthe text`;
const NAMELESS = '[text of the PDF, 2 pages; pictures are left out]\nthe text';

function staysAlone(wire: ClientWire, requests: readonly unknown[]): void {
  for (const request of requests) {
    const before = JSON.stringify(request);
    assert.deepEqual(pdfPartsOf(request, wire), [], before);
    assert.equal(JSON.stringify(request), before);
  }
}

describe('chat completions', () => {
  const request = (...content: readonly object[]) => ({ model: 'm', messages: [{ role: 'user', content }] });

  test('a file becomes text, and its neighbours stay', () => {
    const question = { type: 'text', text: 'what does it say?' };
    const { after, names } = replaced(
      request(question, { type: 'file', file: { file_data: URL_OF_PDF, filename: 'a.pdf' }, cache_control: { type: 'ephemeral' } }),
      'openai-chat',
    );
    assert.deepEqual(after, request(question, { type: 'text', text: textNamed('a.pdf'), cache_control: { type: 'ephemeral' } }));
    assert.deepEqual(names, ['a.pdf']);
  });

  test('so does one without a name, with parameters, bare, or as the only part', () => {
    for (const file of [
      { file_data: URL_OF_PDF },
      { file_data: `DATA:Application/PDF;name=x.pdf;base64,${BASE64}`, filename: '' },
      { file_data: BASE64 },
    ])
      assert.deepEqual(replaced(request({ type: 'file', file }), 'openai-chat').after, request({ type: 'text', text: NAMELESS }));
    const only = { messages: [{ role: 'user', content: { type: 'file', file: { file_data: URL_OF_PDF } } }] };
    assert.deepEqual(replaced(only, 'openai-chat').after, { messages: [{ role: 'user', content: { type: 'text', text: NAMELESS } }] });
  });

  test('what is no PDF in the request stays as it is', () => {
    staysAlone('openai-chat', [
      request({ type: 'file', file: { file_id: 'file-1', filename: 'a.pdf' } }),
      request({ type: 'file', file: { file_data: `data:text/plain;base64,${BASE64}`, filename: 'a.pdf' } }),
      request({ type: 'file', file: { file_data: 'data:application/pdf,plain' } }),
      request({ type: 'file', file: { file_data: 'data:application/pdf;base64' } }),
      request({ type: 'file', file: { file_data: 'aGVsbG8=', filename: 'a.txt' } }),
      request({ type: 'file', file: { file_data: 7 } }),
      request({ type: 'file', file: URL_OF_PDF }),
      request({ type: 'text', text: URL_OF_PDF, file: { file_data: URL_OF_PDF } }),
      request({ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }),
      { messages: [{ role: 'user', content: URL_OF_PDF }] },
      { tools: [{ type: 'file', file: { file_data: URL_OF_PDF } }] },
    ]);
  });
});

describe('Responses', () => {
  const file = { type: 'input_file', file_data: URL_OF_PDF, filename: 'a.pdf' };
  const text = { type: 'input_text', text: textNamed('a.pdf') };

  test('a file becomes text, also one that a function gave back or a prompt is filled with', () => {
    const request = (part: object) => ({
      input: [
        { role: 'user', content: [{ type: 'input_text', text: 'read' }, part] },
        { type: 'function_call_output', call_id: 'c', output: [part, part] },
        { type: 'function_call_output', call_id: 'd', output: 'plain' },
        { type: 'custom_tool_call_output', call_id: 'e', output: [part] },
      ],
      prompt: { id: 'p', variables: { document: part, name: 'x' } },
      instructions: [{ type: 'message', role: 'developer', content: [part] }],
    });
    const { after, names } = replaced(request(file), 'openai-responses');
    assert.deepEqual(after, request(text));
    assert.equal(names.length, 6);
  });

  test('bare base64 is a PDF by its name or its beginning', () => {
    const input = (part: object) => ({ input: [{ role: 'user', content: [part] }] });
    const bare = { type: 'input_file', file_data: BASE64 };
    assert.deepEqual(replaced(input({ ...bare, filename: 'A.PDF' }), 'openai-responses').names, ['A.PDF']);
    assert.deepEqual(replaced(input(bare), 'openai-responses').after, input({ type: 'input_text', text: NAMELESS }));
    const [odd] = pdfPartsOf(input({ type: 'input_file', file_data: 'AAAA', filename: 'a.pdf' }), 'openai-responses');
    assert.equal(odd?.base64, 'AAAA');
  });

  test('an item that is a file becomes a message of the user', () => {
    assert.deepEqual(replaced({ input: [file] }, 'openai-responses').after, {
      input: [{ type: 'message', role: 'user', content: [text] }],
    });
  });

  test('what is no PDF in the request stays as it is', () => {
    const input = (part: object) => ({ input: [{ role: 'user', content: [part] }] });
    staysAlone('openai-responses', [
      { input: URL_OF_PDF },
      input({ type: 'input_file', file_id: 'file-1' }),
      input({ type: 'input_file', file_url: 'https://example.com/a.pdf', filename: 'a.pdf' }),
      input({ type: 'input_file', file_data: 'aGVsbG8=', filename: 'a.docx' }),
      input({ type: 'input_image', image_url: URL_OF_PDF }),
      input({ type: 'input_text', text: URL_OF_PDF }),
      { tools: [file], metadata: { file } },
    ]);
  });
});

describe('messages', () => {
  const pdf = { type: 'base64', media_type: 'application/pdf', data: BASE64 };
  const plain = (text: string) => ({ type: 'text', media_type: 'text/plain', data: text });
  const request = (...content: readonly object[]) => ({ messages: [{ role: 'user', content }] });

  test('the source of a document becomes text, and the rest of the block stays', () => {
    const block = {
      type: 'document',
      title: 'Contract',
      context: 'of 2026',
      citations: { enabled: true },
      cache_control: { type: 'ephemeral' },
    };
    const { after, names } = replaced(request({ ...block, source: pdf }, { type: 'text', text: 'read' }), 'anthropic-messages');
    assert.deepEqual(after, request({ ...block, source: plain(textNamed('Contract')) }, { type: 'text', text: 'read' }));
    assert.deepEqual(names, ['Contract']);
  });

  test('so does one that a tool gave back, ours or the vendor’s', () => {
    const both = (source: object) =>
      request(
        {
          type: 'tool_result',
          tool_use_id: 't',
          content: [
            { type: 'text', text: 'x' },
            { type: 'document', source },
          ],
        },
        {
          type: 'web_fetch_tool_result',
          tool_use_id: 'u',
          content: { type: 'web_fetch_result', url: 'https://example.com/', content: { type: 'document', source } },
        },
      );
    const { after, names } = replaced(both(pdf), 'anthropic-messages');
    assert.deepEqual(after, both(plain(NAMELESS)));
    assert.equal(names.length, 2);
  });

  test('what is no PDF in the request stays as it is', () => {
    staysAlone('anthropic-messages', [
      request({ type: 'document', source: plain('text') }),
      request({ type: 'document', source: { type: 'url', url: 'https://example.com/a.pdf' } }),
      request({ type: 'document', source: { type: 'file', file_id: 'f' } }),
      request({ type: 'document', source: { ...pdf, media_type: 'image/png' } }),
      request({ type: 'document', source: { ...pdf, data: undefined } }),
      request({ type: 'document', source: null }),
      request({ type: 'image', source: pdf }),
      request({ type: 'tool_use', id: 't', name: 'n', input: { type: 'document', source: pdf } }),
      { messages: [{ role: 'user', content: BASE64 }] },
      { tools: [{ type: 'document', source: pdf }] },
    ]);
  });
});

describe('any request', () => {
  test('of embeddings holds no documents', () => {
    staysAlone('openai-embeddings', [{ input: [{ type: 'input_file', file_data: URL_OF_PDF }] }]);
  });

  test('names its document in one line, whatever the name', () => {
    const filename = `a"]\n\u2028[b${'x'.repeat(1_000)}`;
    const holder = { messages: [{ content: [{ type: 'file', file: { file_data: URL_OF_PDF, filename } }] }] };
    pdfPartsOf(holder, 'openai-chat')[0]!.replace('t', 1);
    const { text } = holder.messages[0]!.content[0] as unknown as { text: string };
    assert.match(text, /^\[text of the PDF "a b(x+)", 1 page; pictures are left out\]\nt$/);
    assert.ok(text.length < 300);
  });

  test('of an odd shape throws nothing and keeps its shape', () => {
    const key = fc.constantFrom('type', 'content', 'messages', 'input', 'output', 'file', 'file_data', 'filename', 'source', 'prompt');
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 6 },
        fc.constantFrom<unknown>(null, 0, true, '', 'file', 'input_file', 'document', 'base64', URL_OF_PDF),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(tree, fc.constantFrom(...WIRES), (request, wire) => {
        for (const part of pdfPartsOf(request, wire)) part.replace('x', 1);
        assert.equal(typeof JSON.stringify(request), 'string');
      }),
    );
    for (const wire of WIRES) for (const odd of [undefined, 'x', 7, [], [{}]]) assert.deepEqual(pdfPartsOf(odd, wire), []);
  });

  test('nested without end is answered', () => {
    let content: unknown = [];
    for (let depth = 0; depth < 5_000; depth++) content = [{ type: 'tool_result', content }];
    assert.deepEqual(pdfPartsOf({ messages: [{ content }] }, 'anthropic-messages'), []);
  });
});
