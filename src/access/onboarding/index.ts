export { createOnboarding, type OnboardingPorts, type OnboardingRefusal, type OnboardingService, type OnboardingStore } from './service.ts';
export {
  ONBOARDING_STATES,
  type Onboarding,
  type OnboardingEvent,
  type OnboardingState,
  type OnboardingStep,
  type ProbeFinding,
  type ProbeResult,
} from './state.ts';
