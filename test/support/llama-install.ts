// Installs node-llama-cpp in test/llama/runtime on first use: the product offers it as an option, so a plain `npm ci` does not bring it.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { withDirectoryLock } from '#store';

/** Where node-llama-cpp is found from once {@link installLlama} has resolved. */
export const LLAMA_RUNTIME: string = resolve(import.meta.dirname, '..', 'llama', 'runtime');

const PACKAGE = join(LLAMA_RUNTIME, 'node_modules', 'node-llama-cpp', 'package.json');
const INSTALL_TIMEOUT_MS = 240_000;
/** Those that the package has programs for which need no graphics card. */
const PLATFORMS: ReadonlySet<string> = new Set(['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64']);

/** Why there is no local model on this platform, for a test to skip with; undefined where there is one. */
export function llamaAbsent(): string | undefined {
  const platform = `${process.platform}-${process.arch}`;
  if (!PLATFORMS.has(platform)) return `skipped: node-llama-cpp for ${platform} absent`;
  const isMusl = process.platform === 'linux' && !('glibcVersionRuntime' in (process.report.getReport() as { header: object }).header);
  return isMusl ? 'skipped: node-llama-cpp for Linux without glibc absent' : undefined;
}

/** Rejects when the package cannot be installed as it is locked. */
export async function installLlama(): Promise<void> {
  const place = createHash('sha256').update(LLAMA_RUNTIME).digest('hex').slice(0, 12);
  const directory = join(tmpdir(), `sekisho-llama-runtime-${process.geteuid?.() ?? 0}-${place}`);
  await withDirectoryLock({ directory, waitSeconds: INSTALL_TIMEOUT_MS / 1000 }, async (afterDeath) => {
    if (afterDeath) await rm(join(LLAMA_RUNTIME, 'node_modules'), { recursive: true, force: true });
    if (isInstalled()) return;
    await npmCi();
  });
}

function isInstalled(): boolean {
  if (!existsSync(PACKAGE)) return false;
  const wanted = JSON.parse(readFileSync(join(LLAMA_RUNTIME, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };
  const present = JSON.parse(readFileSync(PACKAGE, 'utf8')) as { version: string };
  return present.version === wanted.dependencies['node-llama-cpp'];
}

function npmCi(): Promise<void> {
  const options = ['--include=optional', '--ignore-scripts', '--no-audit', '--no-fund', '--fetch-retries=2', '--fetch-timeout=60000'];
  const child = spawn('npm', ['ci', '--prefix', LLAMA_RUNTIME, ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
  let words = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (words += text.toString()));
  return new Promise((settle, reject) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), INSTALL_TIMEOUT_MS);
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      if (code === 0) settle();
      else reject(new Error(`npm ci in test/llama/runtime failed: ${words.trim().slice(0, 500)}`));
    });
  });
}
