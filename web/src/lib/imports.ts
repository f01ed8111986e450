/** The host's API of imports: an API's description, and what is chosen from it. */

export interface ImportOperation {
  /** Method and path: what it is chosen by. */
  id: string;
  method: string;
  path: string;
  summary: string;
  tag?: string;
  deprecated?: boolean;
  /** Why it cannot be a tool; left out where it can. */
  notImportable?: string;
}

export interface ImportAuth {
  /** What it is chosen by. */
  name: string;
  kind: 'bearer' | 'basic' | 'header' | 'query' | 'cookie' | 'unsupported';
  description: string;
}

/** A document that the host keeps for a day, and what it has to offer. */
export interface Imported {
  importId: string;
  expiresAt: string;
  title: string;
  version: string;
  operations: ImportOperation[];
  /** How many of them can be tools. */
  importable: number;
  /** How many tools a server has at most. */
  mostTools: number;
  /** More can be tools than one server has. */
  tooLarge: boolean;
  /** What to do next, in a sentence. */
  advice: string;
  servers: { url: string; description: string; address?: string }[];
  auth: ImportAuth[];
}

/** A document, as text or by its address. */
export interface NewImport {
  document?: string;
  url?: string;
  /** Where all requests go, in place of the servers that the document names. */
  server?: string;
}

/** What the host makes tools of. */
export interface ChosenOperations {
  operations: string[];
  /** One of the document's ways to sign in, `none` or `bearer`; left out: as the document says. */
  auth?: string;
}
