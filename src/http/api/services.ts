// What handlers of the management API work with; the composition root provides it. Each is a service of a domain folder.
import type { DossierService, ObligationsService, OnboardingService } from '#access';

/** Members are added by the folders whose routes need them. */
export interface ApiServices {
  /** Where people reach this checkpoint: scheme, host and port, no path. */
  readonly publicUrl: string;
  readonly obligations: ObligationsService;
  readonly onboarding: OnboardingService;
  readonly dossier: DossierService;
}
