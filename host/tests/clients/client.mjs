// @modelcontextprotocol/client, given a URL and a person: client.mjs URL COOKIE legacy|auto

import { Client, StreamableHTTPClientTransport, UnauthorizedError } from "@modelcontextprotocol/client";
import { Provider, use } from "./person.mjs";

const [url, cookie, mode] = process.argv.slice(2);
const provider = new Provider(cookie);
const transport = () => new StreamableHTTPClientTransport(new URL(url), { authProvider: provider });
const client = () => new Client({ name: "client", version: "1" }, { versionNegotiation: { mode } });

async function connect() {
  const first = transport();
  try {
    await client().connect(first);
    throw new Error("connected without a token");
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
  }
  await first.finishAuth(provider.callback.searchParams);
  const again = client();
  await again.connect(transport());
  return again;
}

await use(connect, provider);
