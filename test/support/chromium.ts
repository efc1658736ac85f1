// A real browser for end-to-end tests: Debian's Chromium, driven over its own protocol. Where it is missing and this is root on a Debian
// system, it is installed; where that cannot be, the test fails and says why. Import it from test files only.
import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { promisify } from 'node:util';
import { chromium, type Browser } from 'playwright-core';

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const INSTALL_MS = 240_000;

const run = promisify(execFile);

/** `SEKISHO_TEST_CHROMIUM` names another browser of the family. The caller closes it. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = process.env['SEKISHO_TEST_CHROMIUM'] ?? installed() ?? (await install());
  // Root has no sandbox of Chromium's; what is opened here is our own server on this machine.
  return chromium.launch({ executablePath, headless: true, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
}

function installed(): string | undefined {
  return PATHS.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

async function install(): Promise<string> {
  if (process.getuid?.() !== 0) throw missing('this is not root, so that it cannot be installed here');
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]) =>
    run('apt-get', ['-q', '-y', ...args], { timeout: INSTALL_MS, env: environment, maxBuffer: 16 * 1024 * 1024 });
  try {
    await apt('update');
    await apt('install', '--no-install-recommends', 'chromium');
  } catch (error) {
    const { stderr = '', message } = error as { readonly stderr?: string; readonly message: string };
    throw missing(`installing it failed: ${(stderr || message).trim().split('\n').slice(-3).join(' / ')}`);
  }
  const path = installed();
  if (path === undefined) throw missing('installing it left nothing at the places where it is looked for');
  return path;
}

function missing(why: string): Error {
  return new Error(
    `This test needs a Chromium at one of ${PATHS.join(', ')}, and ${why}. ` +
      'Install it (`apt-get install --no-install-recommends chromium`), or name another one in SEKISHO_TEST_CHROMIUM.',
  );
}
