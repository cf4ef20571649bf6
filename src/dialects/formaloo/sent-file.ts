/** A file that came inside a body and is kept by now: no JSON can pretend to be one. */
export class SentFile {
  readonly id: string;
  readonly url: string;

  constructor(id: string, url: string) {
    this.id = id;
    this.url = url;
  }
}
