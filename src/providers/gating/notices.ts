// What the client reads in place of a call that no review was asked about. They name nothing of the call: it may not be shown.

export const TOO_LARGE = '[A tool call was left out here: it is too large to be reviewed.]';
export const TOO_MANY = '[Tool calls were left out from here on: there are too many in one answer.]';
export const AMBIGUOUS = '[A tool call was left out here: the provider sent it in a form that can be read in more than one way.]';
export const INCOMPLETE = '[A tool call was left out here: the provider did not complete it.]';
export const FAILED = '[A tool call was left out here: it could not be reviewed.]';
