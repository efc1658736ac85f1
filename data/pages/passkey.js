// Signing in and enrolling in the browser: asks the management API what to ask of the authenticator, asks it, and sends back what it said.
// The page's element with the id `work` says which of the two, and holds every text that is shown. No framework, nothing from elsewhere.
'use strict';

(() => {
  const work = document.getElementById('work');
  const button = document.getElementById('go');
  const status = document.getElementById('status');
  const isEnrolment = work.dataset.work === 'enrol';
  // Behind the #, which browsers send to nobody. Taken out of the address so that it stays in no history.
  const token = isEnrolment ? location.hash.slice(1) : '';
  if (isEnrolment) history.replaceState(null, '', location.pathname);

  function say(message, isProblem) {
    status.textContent = message;
    status.className = isProblem ? 'problem' : '';
  }

  async function post(path, body) {
    const answer = await fetch(path, {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'content-type': 'application/json', 'x-sekisho-csrf': '1' },
      body: JSON.stringify(body),
    });
    const json = await answer.json();
    if (!answer.ok) throw new Error(words(json.code) ?? `${json.detail} ${json.next ?? ''} (${json.requestId})`);
    return json;
  }

  /** Identity providers that the operator has configured, beside passkeys. */
  async function offerProviders() {
    const answer = await fetch('/api/v1/sign-in/methods', { credentials: 'same-origin' });
    if (!answer.ok) return;
    for (const { id, start } of (await answer.json()).providers) {
      const link = document.createElement('a');
      link.href = start;
      link.textContent = `${work.dataset.provider} ${id}`;
      const item = document.createElement('li');
      item.append(link);
      document.getElementById('providers').append(item);
    }
  }

  if (!isEnrolment) offerProviders().catch(() => undefined);

  /** The page's own words for what often goes wrong. */
  function words(code) {
    return work.dataset[String(code).replace(/-([a-z])/g, (_, letter) => letter.toUpperCase())];
  }

  function bytes(base64url) {
    const binary = atob(base64url.replace(/-/g, '+').replace(/_/g, '/'));
    return Uint8Array.from(binary, (character) => character.charCodeAt(0)).buffer;
  }

  function text(buffer) {
    const binary = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join('');
    return btoa(binary).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  }

  // Browsers before 2024 lack the functions of WebAuthn level 3 that turn JSON into options and back.
  const withBytes = (list) => (list ?? []).map((item) => ({ ...item, id: bytes(item.id) }));

  function creationOptions(json) {
    if (PublicKeyCredential.parseCreationOptionsFromJSON) return PublicKeyCredential.parseCreationOptionsFromJSON(json);
    return {
      ...json,
      challenge: bytes(json.challenge),
      user: { ...json.user, id: bytes(json.user.id) },
      excludeCredentials: withBytes(json.excludeCredentials),
    };
  }

  function requestOptions(json) {
    if (PublicKeyCredential.parseRequestOptionsFromJSON) return PublicKeyCredential.parseRequestOptionsFromJSON(json);
    return { ...json, challenge: bytes(json.challenge), allowCredentials: withBytes(json.allowCredentials) };
  }

  function registrationAnswer({ id, rawId, type, response }) {
    return {
      id,
      rawId: text(rawId),
      type,
      response: {
        clientDataJSON: text(response.clientDataJSON),
        attestationObject: text(response.attestationObject),
        transports: response.getTransports ? response.getTransports() : [],
      },
    };
  }

  function authenticationAnswer({ id, rawId, type, response }) {
    return {
      id,
      rawId: text(rawId),
      type,
      response: {
        clientDataJSON: text(response.clientDataJSON),
        authenticatorData: text(response.authenticatorData),
        signature: text(response.signature),
        ...(response.userHandle ? { userHandle: text(response.userHandle) } : {}),
      },
    };
  }

  async function enrol() {
    const { options } = await post('/api/v1/enrol/options', { token });
    const credential = await navigator.credentials.create({ publicKey: creationOptions(options) });
    return post('/api/v1/enrol/verify', { token, answer: registrationAnswer(credential) });
  }

  async function signIn() {
    const { options } = await post('/api/v1/sign-in/passkey/options');
    const credential = await navigator.credentials.get({ publicKey: requestOptions(options) });
    return post('/api/v1/sign-in/passkey/verify', { answer: authenticationAnswer(credential) });
  }

  async function go() {
    button.disabled = true;
    say(work.dataset.waiting, false);
    try {
      const { member } = await (isEnrolment ? enrol() : signIn());
      say(`${work.dataset.done} ${member.displayName}`, false);
      button.hidden = true;
      document.body.dataset.signedIn = member.name;
    } catch (error) {
      // Of what an authenticator does, browsers tell scripts little: cancelled, out of time, or already registered.
      const isAuthenticators = error instanceof DOMException;
      const known = (error.name === 'InvalidStateError' ? work.dataset.alreadyRegistered : undefined) ?? work.dataset.cancelled;
      say(isAuthenticators ? known : error.message, true);
      button.disabled = false;
    }
  }

  if (!window.PublicKeyCredential) say(work.dataset.unable, true);
  else if (isEnrolment && token === '') say(work.dataset.enrolmentUnknown, true);
  else {
    button.disabled = false;
    button.addEventListener('click', () => void go());
  }
})();
