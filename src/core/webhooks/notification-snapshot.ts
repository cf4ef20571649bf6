/** A notification as webhooks are told of it: for those who send it on by services of their own. */
export interface NotificationSnapshot {
  readonly notification_id: string;
  readonly user: {
    readonly table_id: string;
    readonly id: number;
    readonly email: string | null;
    readonly username: string | null;
  };
  readonly title: string;
  readonly body: string;
  readonly url: string | null;
  readonly urgency: string;
  /** Milliseconds since 1970. */
  readonly expires_at: number | null;
  readonly is_test?: true;
}
