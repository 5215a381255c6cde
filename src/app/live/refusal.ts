/** A request of a running job that is not served, with HTTP's status and a sentence for the job's log. */
export class LiveRefusal extends Error {
  override readonly name = 'LiveRefusal';
  readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 413 | 429 | 503;

  constructor(status: LiveRefusal['status'], sentence: string) {
    super(sentence);
    this.status = status;
  }
}
