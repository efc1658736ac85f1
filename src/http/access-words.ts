// Refusals of trusted access in words: which rule or policy decided, and how to apply or appeal.
import type { Refusal } from '#checkpoint';
import { quoted, type Words } from './words.ts';

type AccessRefusal = Extract<
  Refusal,
  {
    rule:
      | 'access-unknown'
      | 'standing'
      | 'unknown-capability'
      | 'grant-missing'
      | 'access-denied'
      | 'tools-refused'
      | 'tool-choice-refused'
      | 'background-refused'
      | 'stored-prompt-refused'
      | 'prohibited-work';
  }
>;

const APPLY = 'Apply with `sekisho access apply`, or POST /api/v1/applications';
const APPEAL = 'If this is wrong, appeal with `sekisho access cases appeal`, or POST /api/v1/cases/{id}/appeal';
const MOST_NAMED = 10;

const PROBLEMS: Readonly<Record<NonNullable<Extract<AccessRefusal, { rule: 'grant-missing' }>['problem']>, string>> = {
  'not-started': 'Your newest grant has not started yet',
  ended: 'Your newest grant has ended; renew it',
  'recertification-due': 'Your newest grant has to be recertified by an approver first',
  suspended: 'Your newest grant is suspended; ask an approver',
  revoked: 'Your newest grant has been revoked',
  'condition-unmet': 'A condition of your newest grant is not met, such as a key made in a session with a passkey or with SSO and MFA',
};

export function accessWords(refusal: AccessRefusal): Words {
  switch (refusal.rule) {
    case 'access-unknown':
      return {
        status: 503,
        code: 'access_unavailable',
        message:
          'Grants cannot be checked right now, because the database is out of reach; nobody is let in until they can. Try again shortly.',
        retryAfterSeconds: refusal.retryAfterSeconds,
      };
    case 'standing':
      return {
        status: 403,
        code: `principal_${refusal.standing}`,
        message: `Signs of misuse have closed the checkpoint to you: you are ${refusal.standing}. GET /api/v1/standing tells the case. ${APPEAL}.`,
      };
    case 'unknown-capability':
      return {
        status: 400,
        code: 'unknown_capability',
        message: `x-sekisho-capability names ${quoted(refusal.name)}; there are general, ${refusal.known.join(', ')}.`,
      };
    case 'grant-missing': {
      const work = refusal.capability === 'general' ? '' : ` that covers ${refusal.capability}`;
      const problem = refusal.problem === undefined ? '' : ` ${PROBLEMS[refusal.problem]}.`;
      return {
        status: 403,
        code: 'grant_missing',
        message: `${quoted(refusal.route)} needs a grant${work}, and you have none that counts.${problem} ${APPLY}.`,
      };
    }
    case 'access-denied': {
      const named = refusal.policies.slice(0, MOST_NAMED).join(', ');
      const by = named === '' ? 'no policy permits it' : `policy ${named}`;
      return {
        status: 403,
        code: 'access_denied',
        message: `${refusal.reason} (${by}; grant ${refusal.grant}, capability ${refusal.capability}). ${refusal.next}`,
      };
    }
    case 'tools-refused':
      return {
        status: 403,
        code: 'tools_refused',
        message: `Your grant does not allow these tools: ${refusal.tools.slice(0, MOST_NAMED).map(quoted).join(', ')}. Leave them out, or have the grant widened.`,
      };
    case 'tool-choice-refused':
      return {
        status: 403,
        code: 'tools_refused',
        message: `The request insists on the tool ${quoted(refusal.tool)}, which your grant does not allow. Leave tool_choice out, or have the grant widened.`,
      };
    case 'background-refused':
      return {
        status: 400,
        code: 'background_refused',
        message: 'Answers in the background would not pass here, and so could not be reviewed: send it without `background`.',
      };
    case 'stored-prompt-refused':
      return {
        status: 400,
        code: 'stored_prompt_refused',
        message: `The stored prompt ${quoted(refusal.prompt)} may bring tools that cannot be seen from here. Send the prompt itself.`,
      };
    case 'prohibited-work':
      return {
        status: 403,
        code: 'prohibited_work',
        message: `This asks for work that is barred for everybody (${refusal.rules.slice(0, MOST_NAMED).join(', ')}): theft of credentials, stealth, persistence, deployment of malware, or attacks on systems of others. ${APPEAL}.`,
      };
  }
}
