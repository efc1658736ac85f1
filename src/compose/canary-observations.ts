// What canaries find, told to the operator's own applications to vendors' programs: an access that a vendor no longer gives is not ready any
// more. Takes away and never gives, and no canary waits for it.
import type { OnboardingService } from '#access';
import type { CanaryAnswer, CanaryRequest } from '#continuity';
import { probeResult } from './canary-asker.ts';

export interface CanaryObservations {
  /** The same sending; what comes back is told as well. */
  readonly send: (request: CanaryRequest) => Promise<CanaryAnswer>;
  /** Resolves once everything that came back has been told. */
  close(): Promise<void>;
}

export interface CanaryObservationsOptions {
  readonly ask: (request: CanaryRequest) => Promise<CanaryAnswer>;
  readonly onboarding: Pick<OnboardingService, 'observe'>;
  /** Told of what could not be kept or recorded; the next answer of the same kind is told again. */
  readonly onError: (error: unknown, deployment: string) => void;
}

export function createCanaryObservations({ ask, onboarding, onError }: CanaryObservationsOptions): CanaryObservations {
  const telling = new Set<Promise<unknown>>();
  return {
    async send(request) {
      const answer = await ask(request);
      const { deployment } = request.subject;
      const told = onboarding.observe(deployment, probeResult(answer)).catch((error: unknown) => onError(error, deployment));
      telling.add(told);
      void told.then(() => telling.delete(told));
      return answer;
    },
    async close() {
      await Promise.all(telling);
    },
  };
}
