// How much anybody may put in front of those who decide.

export const MOST_EVIDENCE = 20;
export const MOST_EVIDENCE_BYTES = 5 * 1024 * 1024;
/** Nothing that runs when it is opened. */
export const EVIDENCE_MEDIA_TYPES: readonly string[] = ['application/pdf', 'image/png', 'image/jpeg', 'text/plain'];

export const MOST_REMARKS = 100;
/** The first decision, and two appeals. */
export const MOST_ROUNDS = 3;

/** Of one applicant. */
export const MOST_OPEN_APPLICATIONS = 10;
export const MOST_APPLICATIONS = 200;

/** Characters of a reason or a remark. */
export const LONGEST_REASON = 4000;
