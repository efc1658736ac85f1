// What identity refuses, put in words for the management API.
import type { AdministrationRefusal, EnrolmentRefusal, MemberRefusal } from '#identity';
import { ApiRefusal } from './refusal.ts';

export const UNKNOWN_MEMBER = new ApiRefusal(404, 'unknown-member', 'There is no such member.');

export const SESSION_NEEDED = new ApiRefusal(403, 'session-needed', 'This needs somebody who has signed in, and not a key.', {
  next: 'Sign in at /sign-in.',
});

const OWN_RIGHTS = new ApiRefusal(403, 'own-rights', 'Nobody changes their own roles, or whether they belong to the operator.', {
  next: 'Ask another administrator.',
});

const NOT_ACCEPTED = new ApiRefusal(403, 'passkey-not-accepted', 'The answer of the authenticator cannot be accepted.', {
  next: 'Try again, with a passkey that asks for your fingerprint, face or PIN.',
});

const NOT_KNOWN = new ApiRefusal(403, 'passkey-unknown', 'This passkey is not registered here.', {
  next: 'Use another passkey, or ask an administrator for an enrolment link.',
});

const DISABLED = new ApiRefusal(403, 'member-disabled', 'This member may not act at present.', { next: 'Ask an administrator.' });

export function memberRefusal(refusal: MemberRefusal): ApiRefusal {
  switch (refusal.kind) {
    case 'already-member':
      return new ApiRefusal(409, 'already-member', 'There is a member of this name already.');
    case 'name-taken':
      return new ApiRefusal(409, 'name-taken', 'The name belongs to a principal of another kind, or to one that is disabled.', {
        next: 'Choose another name.',
      });
    case 'unknown-member':
      return UNKNOWN_MEMBER;
    case 'last-administrator':
      return new ApiRefusal(409, 'last-administrator', 'This would leave no administrator who may act.', {
        next: 'Make somebody else an administrator first.',
      });
    case 'invalid-input':
      return new ApiRefusal(422, 'body-invalid', `${refusal.field} ${refusal.problem}.`, {
        facts: { problems: [{ path: refusal.field, problem: refusal.problem }] },
      });
    case 'own-rights':
      return OWN_RIGHTS;
    case 'person-needed':
      return new ApiRefusal(422, 'person-needed', `Only a person can have the role ${refusal.roles.join(' or ')}.`);
  }
}

export function enrolmentRefusal(refusal: EnrolmentRefusal): ApiRefusal {
  switch (refusal.kind) {
    case 'enrolment-unknown':
      return new ApiRefusal(403, 'enrolment-unknown', 'This link has been used or replaced, or its day is over.', {
        next: 'Ask an administrator for a new one. For the first administrator, start the checkpoint again: it prints one.',
      });
    case 'own-enrolment':
      return new ApiRefusal(403, 'own-enrolment', 'Nobody makes an enrolment link for themselves.', {
        next: 'Register another passkey, or ask another administrator.',
      });
    case 'not-a-person':
      return new ApiRefusal(422, 'not-a-person', 'Only people enrol; services have keys.');
    case 'unknown-member':
      return UNKNOWN_MEMBER;
    case 'not-accepted':
      return NOT_ACCEPTED;
    case 'unknown-passkey':
      return NOT_KNOWN;
    case 'member-disabled':
      return DISABLED;
    case 'counter-went-back':
      return new ApiRefusal(403, 'passkey-counter-went-back', 'This passkey counts lower than it did before: it may have been copied.', {
        next: 'Sign in with another passkey and remove this one, or ask an administrator for an enrolment link.',
      });
    case 'challenge-unknown':
      return new ApiRefusal(403, 'challenge-unknown', 'This took too long, or was sent twice.', { next: 'Try again from the start.' });
    case 'wrong-origin':
      return new ApiRefusal(403, 'wrong-origin', `This page has another address than passkeys are bound to here: ${refusal.expected}.`, {
        next: `Open ${refusal.expected}, or correct access.publicUrl in the configuration.`,
      });
    case 'address-unsuitable':
      return new ApiRefusal(409, 'address-unsuitable', `Browsers have no passkeys at ${refusal.publicUrl}.`, {
        next: 'Give the checkpoint a name and https, and name both in access.publicUrl.',
      });
    case 'already-registered':
      return new ApiRefusal(409, 'already-registered', 'This passkey is registered already.');
    case 'too-many-passkeys':
      return new ApiRefusal(409, 'too-many-passkeys', 'There are too many passkeys already.', { next: 'Remove one of them first.' });
    case 'last-passkey':
      return new ApiRefusal(409, 'last-passkey', 'This is the only way in.', { next: 'Register another passkey first.' });
    case 'label-invalid':
      return new ApiRefusal(422, 'body-invalid', 'The label must be 1 to 256 bytes without control characters.', {
        facts: { problems: [{ path: 'label', problem: 'must be 1 to 256 bytes without control characters' }] },
      });
  }
}

export function administrationRefusal(refusal: AdministrationRefusal): ApiRefusal {
  switch (refusal.kind) {
    case 'invalid-input':
      return new ApiRefusal(422, 'body-invalid', `${refusal.field} ${refusal.problem}.`, {
        facts: { problems: [{ path: refusal.field, problem: refusal.problem }] },
      });
    case 'owner-disabled':
      return DISABLED;
    case 'owner-kind-differs':
    case 'unknown-principal':
      return UNKNOWN_MEMBER;
    case 'unknown-key':
      return new ApiRefusal(404, 'unknown-key', 'There is no such key.');
  }
}
