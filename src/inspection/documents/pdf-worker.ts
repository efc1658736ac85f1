// Entry of the thread that reads PDFs (pdf-text.ts): one document at a time, its text and what is filled into its forms. The only place that
// loads the library. Bounds pages and characters; time and memory are bounded by whoever started the thread.
import { parentPort, workerData } from 'node:worker_threads';
import type { PdfJob, PdfLimits, PdfMessage } from './pdf-job.ts';
import { readPdf } from './read-pdf.ts';

// Unpacks in another thread as fast as it can, which nobody could stop in time. The library has its own way without it.
Reflect.deleteProperty(globalThis, 'DecompressionStream');
// Nothing in a PDF is a reason to ask the network.
Reflect.deleteProperty(globalThis, 'fetch');

const limits = workerData as PdfLimits;
const say = (message: PdfMessage): void => parentPort?.postMessage(message, []);

parentPort?.on('message', ({ id, bytes }: PdfJob) => {
  void readPdf(bytes, limits).then((outcome) => say({ id, outcome }));
});
say('ready');
