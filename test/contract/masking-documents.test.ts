// PDFs in requests: where the operator asks for it, their text takes their place and is masked as any other; a picture still does not leave.
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { startSimulator, type Simulator } from '#simulator';
import { providerYaml, startCheckpoint, type StartedCheckpoint } from '#test/started-checkpoint';

let abroad: Simulator;
let checkpoint: StartedCheckpoint;
let key: string;

before(async () => {
  abroad = await startSimulator({ name: 'us', label: 'US', behaviour: { echo: 'text' } });
  checkpoint = await startCheckpoint({
    yaml: `providers:
${providerYaml('us', { url: abroad.url, country: 'US', model: 'sim-us' })}
inspection: { nonText: { public: extract, internal: extract, confidential: extract, restricted: extract } }
routes:
  abroad: { candidates: [us/d] }
`,
  });
  key = await checkpoint.createKey();
});

after(() => abroad.close());

const MAIL = 'hanako.yamada@denryoku.example.jp';

/** One page with one line, in the fewest objects that make a PDF. */
function pdfOf(line: string): string {
  const content = `BT /F1 12 Tf 72 720 Td (${line}) Tj ET`;
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>',
    `<</Length ${content.length}>>stream\n${content}\nendstream`,
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>',
  ];
  let text = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const offset = text.length;
    text += `${index + 1} 0 obj${object}endobj\n`;
    return offset;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  text += `xref\n0 6\n0000000000 65535 f \n${table}trailer<</Size 6/Root 1 0 R>>\nstartxref\n${text.length}\n%%EOF`;
  return Buffer.from(text, 'latin1').toString('base64');
}

const PDF = pdfOf(`Incident report by ${MAIL} at 10.20.30.40`);
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

function lastBody(): string {
  return abroad.requests.at(-1)!.body.toString();
}

function assertMasked(body: string): void {
  assert.ok(!body.includes(PDF.slice(0, 60)), 'the PDF itself left');
  assert.match(body, /Incident report by mail-\w+@/);
  assert.ok(!body.includes(MAIL) && !body.includes('10.20.30.40'), body);
}

it('chat completions: the text of a PDF leaves, masked', async () => {
  const client = new OpenAI({ baseURL: `${checkpoint.url}/v1`, apiKey: key, maxRetries: 0 });
  await client.chat.completions.create({
    model: 'abroad',
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Summarise.' },
          { type: 'file', file: { filename: 'report.pdf', file_data: `data:application/pdf;base64,${PDF}` } },
        ],
      },
    ],
  });
  assertMasked(lastBody());
});

it('messages: the text of a PDF leaves, masked', async () => {
  const client = new Anthropic({ baseURL: checkpoint.url, apiKey: key, maxRetries: 0 });
  const source = { type: 'base64' as const, media_type: 'application/pdf' as const, data: PDF };
  await client.messages.create({ model: 'abroad', max_tokens: 100, messages: [{ role: 'user', content: [{ type: 'document', source }] }] });
  assertMasked(lastBody());
});

it('a picture and a PDF that cannot be read are refused, by name', async () => {
  const client = new OpenAI({ baseURL: `${checkpoint.url}/v1`, apiKey: key, maxRetries: 0 });
  const before = abroad.requests.length;
  const parts: readonly (readonly [OpenAI.ChatCompletionContentPart, RegExp])[] = [
    [{ type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } }, /image\/png/],
    [
      {
        type: 'file',
        file: { filename: 'x.pdf', file_data: `data:application/pdf;base64,${Buffer.from('%PDF-1.4 broken').toString('base64')}` },
      },
      /application\/pdf/,
    ],
  ];
  for (const [part, named] of parts) {
    const asked = client.chat.completions.create({ model: 'abroad', messages: [{ role: 'user', content: [part] }] });
    await assert.rejects(asked, (error) => error instanceof OpenAI.APIError && error.status === 403 && named.test(error.message));
  }
  assert.equal(abroad.requests.length, before);
});
