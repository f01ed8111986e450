/** AI clients that hold tokens, as the API tells of them. */

/** What a person has agreed to: one client, at one server. */
export interface ConnectedClient {
  id: string;
  client: {
    id: string;
    /** What it says of itself. */
    name: string;
    /** Where it comes from; null for what registered itself. */
    host: string | null;
  };
  server: { id: string; name: string; slug: string };
  person: { id: string; name: string };
  /** Whether that person is oneself. */
  mine: boolean;
  connectedAt: string;
  /** When it last got a token. */
  lastSeenAt: string;
}

export interface ClientPage {
  clients: ConnectedClient[];
  nextCursor: string | null;
}
