// The schema of trusted access: which routes need a grant, how people sign in, what misuse leads to, where held calls wait.
import { z } from 'zod';
import { CAPABILITIES } from '#access';
import { choice, idName, line, notOneOf, routeName, secretReference } from './fields.ts';

const capability = z.enum(CAPABILITIES, { error: (issue) => notOneOf(CAPABILITIES, issue.input) });

/** Of a route. */
export const routeAccessSchema = z
  .strictObject({
    grant: choice(['required', 'by-program'])
      .default('by-program')
      .describe('`required`: only holders of a grant. `by-program`: as `access.enforce` says.'),
    capability: capability.optional().describe('What the work on this route is, where a request does not name it.'),
  })
  .describe('Who may use this route beyond having a key for it.');

const score = z.number().min(0.1).max(10_000);

const values = z.array(line(200)).max(50);

const oidcSchema = z
  .strictObject({
    issuer: line(2048).describe('Issuer URL of the identity provider; `https://` unless it is on this machine.'),
    clientId: line(200).describe('What the identity provider calls this checkpoint.'),
    clientSecret: secretReference.optional().describe('Reference to the client secret. Left out: a public client with PKCE alone.'),
    scopes: values.default(['openid', 'profile', 'email']).describe('Scopes to ask for.'),
    nameClaim: line(100).default('preferred_username').describe('Claim that holds a member’s name here.'),
    acr: z
      .record(line(200), choice(['passkey', 'sso-mfa', 'sso']))
      .default({})
      .describe('What values of `acr` mean here. What is not listed counts as `sso`.'),
    amr: z
      .record(line(200), choice(['passkey', 'sso-mfa', 'sso']))
      .default({})
      .describe('What values of `amr` mean here; the strongest of those given counts, and only where the `acr` says no less.'),
  })
  .describe('An identity provider that members may sign in with (OpenID Connect).');

export const accessSchema = z
  .strictObject({
    publicUrl: z
      .string()
      .regex(/^https?:\/\/[^/?#@\s]+$/, { error: 'must be a scheme, a host and perhaps a port, such as `https://sekisho.example.jp`' })
      .optional()
      .describe('Where people reach this checkpoint; passkeys are bound to its host. Left out: `http://localhost` and the port.'),
    enforce: choice(['off', 'programs', 'all'])
      .default('programs')
      .describe(
        'Which routes need a grant: `programs`: those that could reach a vendor’s trusted-access program, and those that ask for it ' +
          'themselves. `all`: every route. `off`: none, and no signs of misuse are counted but what vendors complain of.',
      ),
    tools: choice(['remove', 'refuse'])
      .default('remove')
      .describe('What becomes of a request that offers tools which the grant does not allow: they are taken out, or it is refused.'),
    holds: z
      .strictObject({
        waitSeconds: z
          .int()
          .min(0)
          .max(3600)
          .default(60)
          .describe('How long an answer waits for a person to decide on a tool call; after that the client is told that it is pending.'),
        validMinutes: z.int().min(1).max(1440).default(15).describe('How long after approval the same call may still be made, once.'),
        keepDays: z.int().min(1).max(3650).default(30).describe('How long the exact call is kept, sealed, after it has been decided.'),
      })
      .prefault({})
      .describe('Tool calls that wait for a person.'),
    policies: z
      .array(line(4096))
      .max(100)
      .default([])
      .describe('Cedar files of your own, relative to this file: docs/how-to/write-an-access-policy.md.'),
    replaceDefaultPolicies: z.boolean().default(false).describe('Your policies stand alone. You then answer for what the defaults forbid.'),
    misuse: z
      .strictObject({
        review: score.default(10).describe('Score from which somebody looks.'),
        restricted: score.default(25).describe('Score from which routes that need a grant are closed to the principal.'),
        suspended: score.default(50).describe('Score from which everything is closed to the principal.'),
      })
      .prefault({})
      .describe('What signs of misuse add up to, per principal; scores fade with time.'),
    judge: z
      .strictObject({
        route: routeName.describe('Route that the judge answers on; it must need no grant. What leaves is masked by its rules.'),
        maxConcurrent: z.int().min(1).max(64).default(2).describe('Texts in front of the judge at once, per worker.'),
        timeoutSeconds: z.int().min(1).max(600).default(60).describe('How long a verdict is waited for.'),
        maxPerMinute: z.int().min(1).max(10_000).default(30).describe('Texts shown to the judge within a minute, per worker.'),
      })
      .optional()
      .describe(
        'A model that looks, after the request has gone on, at texts that may be more than their author’s grant covers. Its verdict decides ' +
          'what becomes a sign of misuse, and refuses nothing. Left out, or out of reach: people look at all of them.',
      ),
    oidc: z.record(idName, oidcSchema).default({}).describe('Identity providers, by a name of your choice.'),
    webhooks: z
      .strictObject({
        openai: secretReference.optional().describe('Reference to the signing secret of OpenAI’s webhooks (`whsec_…`).'),
      })
      .prefault({})
      .describe('Safety notices that vendors send: POST /api/v1/webhooks/openai.'),
  })
  .describe('Trusted access: who may do sensitive work, and what becomes of tool calls that models propose.');

export type AccessFile = z.output<typeof accessSchema>;
