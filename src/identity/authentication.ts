// How somebody has shown who they are. What each way is enough for is policy.

/** Strongest first. `sso-mfa`: the identity provider said that more than a password was asked for; `none`: nobody was asked. */
export const AUTHENTICATIONS = ['passkey', 'sso-mfa', 'sso', 'none'] as const;

export type Authentication = (typeof AUTHENTICATIONS)[number];
