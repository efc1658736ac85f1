// For tests: an external detector whose server answers as told.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import { systemClock, type Clock } from '#kernel';
import { createExternalDetector, type ExternalDetectorOptions } from './detector.ts';

export const NEVER = new AbortController().signal;

export type Answer = (
  response: ServerResponse,
  body: { texts: { id: string; text: string }[]; inputs?: string[] },
  request: IncomingMessage,
) => void;

/** A detector whose server answers as told, and how often it was asked. */
export async function setUp(answer: Answer, change: Partial<ExternalDetectorOptions> = {}, clock: Clock = systemClock) {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => answer(response, JSON.parse(Buffer.concat(chunks).toString()) as Parameters<Answer>[1], request));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const options: ExternalDetectorOptions = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/detect`,
    timeoutMs: 2000,
    maxTextBytes: 10_000,
    maxConcurrent: 2,
    headers: { authorization: 'Bearer of-the-detector' },
    format: 'spans',
    types: { PERSON: 'person-name', ORG: 'ignore', PER: 'person-name' },
    minConfidence: 0.5,
    ...change,
  };
  const detector = createExternalDetector(options, { clock });
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  after(async () => {
    stop();
    await detector.close();
  });
  return { detector, asked, stop };
}

export const json = (response: ServerResponse, value: unknown): void => {
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.end(typeof value === 'string' ? value : JSON.stringify(value));
};
export const spans = (...all: readonly unknown[]) => ({ results: [{ id: '0', spans: all }] });
export const SPAN = { start: 0, end: 1, type: 'PERSON', confidence: 0.9 };

/** What comes of one call with one text. */
export async function outcome(answer: Answer, change: Partial<ExternalDetectorOptions> = {}, text = 'Mia'): Promise<string> {
  const { detector } = await setUp(answer, change);
  const result = await detector.detect([text], NEVER);
  return result.ok ? JSON.stringify(result.value) : `${result.error.kind}: ${result.error.detail}`;
}
