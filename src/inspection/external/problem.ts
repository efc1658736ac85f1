// Why an external detector gave no findings. Whether that refuses the request is the route's decision; nothing here turns it into "nothing
// found".

export interface ExternalProblem {
  /**
   * - `timeout`: the time budget ran out after it was asked
   * - `busy`: it could not be asked within the budget, or too many wait already
   * - `unreachable`: no connection, or a broken one; also while the circuit breaker is open, and then at once
   * - `status`: it answered with another status than 200
   * - `malformed`: its answer is not what the protocol says, or too large
   * - `too-large`: the texts have more bytes than configured, and nothing was sent
   * - `aborted`: the caller gave up
   */
  readonly kind: 'timeout' | 'busy' | 'unreachable' | 'status' | 'malformed' | 'too-large' | 'aborted';
  /** For logs; holds nothing of the texts or of the answer. */
  readonly detail: string;
}
