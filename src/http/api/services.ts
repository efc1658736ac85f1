// What handlers of the management API work with; the composition root provides it. Each is a service of a domain folder.
import type { Actor, Desk, DossierService, Holds, Misuse, ObligationsService, OnboardingService, SafetyWebhooks } from '#access';
import type { Administration, Clients, Enrolment, Members, Oidc, Passkeys, Sessions } from '#identity';
import type { Attempts } from './attempts.ts';

/** Members are added by the folders whose routes need them. */
export interface ApiServices {
  /** Where people reach this checkpoint: scheme, host and port, no path. */
  readonly publicUrl: string;
  readonly desk: Desk;
  readonly members: Members;
  readonly sessions: Sessions;
  readonly passkeys: Passkeys;
  readonly enrolment: Enrolment;
  readonly oidc: Oidc;
  readonly clients: Clients;
  /** Tries to sign in that this process has seen. */
  readonly attempts: Attempts;
  /** Keys, with a ledger record in the actor's name before each act. */
  administrationOf(actor: Actor): Administration;
  readonly obligations: ObligationsService;
  readonly onboarding: OnboardingService;
  readonly dossier: DossierService;
  readonly holds: Holds;
  readonly misuse: Misuse;
  /** Undefined: no webhook of a provider is configured. */
  readonly safetyWebhooks: SafetyWebhooks | undefined;
}
