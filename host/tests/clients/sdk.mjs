// @modelcontextprotocol/sdk, given a URL and a person: sdk.mjs URL COOKIE

import { UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { Provider, use } from "./person.mjs";

const [url, cookie] = process.argv.slice(2);
const provider = new Provider(cookie);
const transport = () => new StreamableHTTPClientTransport(new URL(url), { authProvider: provider });

async function connect() {
  const client = new Client({ name: "sdk", version: "1" });
  const first = transport();
  try {
    await client.connect(first);
    throw new Error("connected without a token");
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
  }
  await first.finishAuth(provider.callback.searchParams.get("code"));
  const again = new Client({ name: "sdk", version: "1" });
  await again.connect(transport());
  return again;
}

await use(connect, provider);
