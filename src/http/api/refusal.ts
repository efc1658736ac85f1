// Why the management API said no, ready to be shown: RFC 9457 problem details, and what to do next.

export class ApiRefusal {
  readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 422 | 429 | 503;
  /** Stable, kebab-case. */
  readonly code: string;
  /** One sentence for people. */
  readonly detail: string;
  /** What to do about it. */
  readonly next: string | undefined;
  /** Further members of the problem document. */
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(
    status: ApiRefusal['status'],
    code: string,
    detail: string,
    options: { readonly next?: string; readonly facts?: Readonly<Record<string, unknown>> } = {},
  ) {
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.next = options.next;
    this.facts = options.facts ?? {};
  }
}
