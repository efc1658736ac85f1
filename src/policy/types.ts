// The facts an access decision is made of, and the decision. Facts are plain values, so that equal facts can be known by their text.

export interface AccessFacts {
  readonly principal: {
    readonly id: string;
    readonly kind: 'person' | 'service' | 'agent';
    /** Not the operator's own. */
    readonly isOutside: boolean;
    readonly standing: 'clear' | 'review' | 'restricted' | 'suspended';
    readonly authentication: 'passkey' | 'sso-mfa' | 'sso' | 'none';
  };
  /** The grant that would be used; undefined: there is none that counts. */
  readonly grant:
    | { readonly id: string; readonly tier: 1 | 2; readonly capabilities: readonly string[]; readonly programs: readonly string[] }
    | undefined;
  /** What the work is: a name of the taxonomy, or `general` where the request names none. */
  readonly capability: string;
  /** Level of the data that the deployment would get. */
  readonly dataLevel: 'public' | 'internal' | 'confidential' | 'restricted';
  readonly route: string;
  readonly deployment: {
    readonly id: string;
    readonly company: string;
    /** The vendor's trusted-access program; undefined: none. */
    readonly program: string | undefined;
    readonly vendorCountry: string;
    readonly hostingCountry: string;
    /** `local`: hosted and run by the operator's own country with domestic vendor and weights is `domestic`; anything else is `foreign`. */
    readonly jurisdiction: 'domestic' | 'foreign';
  };
}

export type AccessDecision =
  | { readonly allowed: true; /** Ids of the policies that permit it. */ readonly policies: readonly string[] }
  | {
      readonly allowed: false;
      /** Ids of the policies that forbid it; empty where none permits it. */
      readonly policies: readonly string[];
      /** One sentence for people: the annotation `@reason` of the first of them, or that nothing permits it. */
      readonly reason: string;
      /** What to do about it: the annotation `@next`; default: apply. */
      readonly next: string;
    };
