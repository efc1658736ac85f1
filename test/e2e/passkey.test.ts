// Enrolling and signing in with a real browser and its virtual authenticator: the pages, their script, and what the server makes of it.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';
import { launchChromium } from '#test/chromium';
import { startManagementApi, type ManagementApi } from '#test/management-api';

let api: ManagementApi;
let browser: Browser | undefined;

before(
  async () => {
    browser = await launchChromium();
    api = await startManagementApi({ publicUrl: 'this-server' });
  },
  { timeout: 280_000 },
);

after(() => browser?.close());

interface Person {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly cdp: CDPSession;
  readonly authenticatorId: string;
  /** What the page complained of: violations of its policy, scripts that failed, files that are missing. */
  readonly complaints: readonly string[];
}

/** A browser profile of its own with an authenticator of its own. */
async function person(options: { readonly locale: string; readonly isUserVerified?: boolean }): Promise<Person> {
  const context = await browser!.newContext({ locale: options.locale });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('403')) complaints.push(message.text());
  });
  const cdp = await context.newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: options.isUserVerified ?? true,
      automaticPresenceSimulation: true,
    },
  });
  return { context, page, cdp, authenticatorId, complaints };
}

async function press(page: Page): Promise<string> {
  await page.locator('#go:enabled').click();
  await page.locator('body[data-signed-in], #status.problem').first().waitFor();
  return page.locator('#status').innerText();
}

describe('in a browser', () => {
  it('the first administrator enrols with the link of the first start, signs out and signs in again', async () => {
    const link = await api.services.enrolment.firstEnrolment();
    const { context, page, cdp, authenticatorId, complaints } = await person({ locale: 'ja-JP' });
    await page.goto(link!.url);
    assert.equal(await page.locator('html').getAttribute('lang'), 'ja');
    assert.equal(await page.locator('h1').innerText(), 'パスキーの登録');
    assert.equal(new URL(page.url()).hash, '', 'the secret stays in no address bar and no history');
    assert.equal(await press(page), '登録しました。サインインしています: admin');

    const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId });
    assert.equal(credentials.length, 1);
    assert.equal(credentials[0]?.isResidentCredential, true);
    assert.equal(credentials[0]?.rpId, 'localhost');
    assert.equal(Buffer.from(credentials[0]?.userHandle ?? '', 'base64').toString(), link!.member.principalId);
    const [cookie] = await context.cookies();
    assert.deepEqual([cookie?.httpOnly, cookie?.sameSite], [true, 'Strict']);
    assert.equal(await page.evaluate('document.cookie'), '');
    const [passkey] = await api.services.passkeys.list(link!.member.principalId);
    assert.deepEqual([passkey?.attestationFormat, passkey?.attestationVerified], ['packed', true], 'what Chromium’s authenticator attests');

    const ask = (method: string, headers = '{}') =>
      page.evaluate(
        `fetch('/api/v1/session', { method: '${method}', headers: ${headers} }).then(async (answer) => [answer.status, await answer.text()])`,
      );
    const [status, body] = (await ask('GET')) as [number, string];
    assert.equal(status, 200, body);
    assert.deepEqual((JSON.parse(body) as { member: { roles: string[] } }).member.roles, ['administrator']);
    assert.equal(((await ask('DELETE')) as [number, string])[0], 403, 'without the header, which a form of another site could not send');
    assert.equal(((await ask('DELETE', "{ 'x-sekisho-csrf': '1' }")) as [number, string])[0], 204);
    assert.equal(((await ask('GET')) as [number, string])[0], 401);

    await page.goto(`${api.publicUrl}/sign-in`);
    assert.equal(await press(page), 'サインインしました: admin');
    assert.equal(((await ask('GET')) as [number, string])[0], 200);
    assert.deepEqual(
      complaints.filter((text) => !text.includes('401')),
      [],
    );
    await context.close();
  });

  it('a link works once, and says so in the reader’s language', async () => {
    const member = await api.addMember('alice', ['defender']);
    const issued = await api.services.enrolment.issue(member.principalId, undefined);
    assert.ok(issued.ok);
    const first = await person({ locale: 'en-GB' });
    await first.page.goto(issued.value.url);
    assert.equal(await press(first.page), 'Registered. You are signed in: alice');
    const second = await person({ locale: 'en-GB' });
    await second.page.goto(issued.value.url);
    assert.match(await press(second.page), /^This link has been used or replaced/);
    const { credentials } = await second.cdp.send('WebAuthn.getCredentials', { authenticatorId: second.authenticatorId });
    assert.equal(credentials.length, 0);
    await second.page.goto(`${api.publicUrl}/enrol`);
    assert.match(await second.page.locator('#status').innerText(), /^This link has been used or replaced/, 'a page without a secret');
    assert.deepEqual([...first.complaints, ...second.complaints], []);
    await Promise.all([first.context.close(), second.context.close()]);
  });

  it('nobody signs in whose authenticator does not know who is there, or does not know this checkpoint', async () => {
    const stranger = await person({ locale: 'en' });
    await stranger.page.goto(`${api.publicUrl}/sign-in`);
    assert.match(await press(stranger.page), /^Nothing happened/);
    const unverified = await person({ locale: 'en', isUserVerified: false });
    const member = await api.addMember('unverified', []);
    const issued = await api.services.enrolment.issue(member.principalId, undefined);
    assert.ok(issued.ok);
    await unverified.page.goto(issued.value.url);
    assert.match(await press(unverified.page), /^Nothing happened/);
    assert.deepEqual(await api.services.passkeys.list(member.principalId), []);
    await Promise.all([stranger.context.close(), unverified.context.close()]);
  });

  it('the pages load in an old browser too, which knows no options in JSON', async () => {
    const member = await api.addMember('old-browser', []);
    const issued = await api.services.enrolment.issue(member.principalId, undefined);
    assert.ok(issued.ok);
    const { context, page, complaints } = await person({ locale: 'en' });
    await page.addInitScript(
      'delete PublicKeyCredential.parseCreationOptionsFromJSON; delete PublicKeyCredential.parseRequestOptionsFromJSON;',
    );
    await page.goto(issued.value.url);
    assert.equal(await press(page), 'Registered. You are signed in: old-browser');
    await page.goto(`${api.publicUrl}/sign-in`);
    assert.equal(await press(page), 'You are signed in: old-browser');
    assert.deepEqual(complaints, []);
    await context.close();
  });

  it('a page of another site can neither read nor change anything with the session', async () => {
    const { context, page } = await person({ locale: 'en' });
    const member = await api.addMember('visitor', []);
    const issued = await api.services.enrolment.issue(member.principalId, undefined);
    assert.ok(issued.ok);
    await page.goto(issued.value.url);
    await press(page);
    const [session] = await api.services.sessions.list(member.principalId);
    // 127.0.0.1 and localhost are two sites.
    await page.route('http://127.0.0.1:1/**', (route) =>
      route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>evil</title>' }),
    );
    await page.goto('http://127.0.0.1:1/');
    const attempt = (method: string) =>
      page.evaluate(
        `fetch('${api.publicUrl}/api/v1/session', { method: '${method}', mode: 'no-cors', credentials: 'include' }).then((answer) => answer.type, (error) => 'failed')`,
      );
    assert.ok(['opaque', 'failed'].includes((await attempt('GET')) as string));
    assert.equal(await attempt('DELETE'), 'failed');
    await page.evaluate(`(() => {
      const form = document.createElement('form');
      form.method = 'POST';
      form.action = '${api.publicUrl}/api/v1/passkeys/options';
      document.body.append(form);
      form.submit();
    })()`);
    await page.waitForURL('**/api/v1/passkeys/options');
    assert.match(await page.locator('body').innerText(), /"status":40[13]/);
    const [still] = await api.services.sessions.list(member.principalId);
    assert.equal(still?.id, session?.id);
    await context.close();
  });
});
