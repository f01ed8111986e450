// The person at the browser: opens the consent page with their session, and clicks «Allow».

import { readFileSync } from "node:fs";

/** Answers a consent page; returns the URL at which the client would be called back. */
export async function allow(authorizationUrl, cookie) {
  const headers = { cookie, "sec-fetch-site": "same-origin" };
  const page = await fetch(authorizationUrl, { headers, redirect: "manual" });
  const html = await page.text();
  const form = /name="form" value="([^"]+)"/.exec(html)?.[1];
  if (page.status !== 200 || !form) throw new Error(`no consent page: ${page.status} ${html}`);
  const body = new URLSearchParams({ form, decision: "allow" });
  const answer = await fetch(new URL("/oauth/authorize", authorizationUrl), { method: "POST", headers, body, redirect: "manual" });
  const location = answer.headers.get("location");
  if (answer.status !== 303 || !location) throw new Error(`not allowed: ${answer.status} ${await answer.text()}`);
  return new URL(location);
}

/** What a client remembers, with a person at hand. */
export class Provider {
  #state = crypto.randomUUID();
  redirectUrl = "http://127.0.0.1:49152/callback";
  clientMetadata = {
    client_name: "Test client",
    redirect_uris: [this.redirectUrl],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: "none",
  };

  constructor(cookie) {
    this.cookie = cookie;
  }

  state() {
    return this.#state;
  }
  clientInformation() {
    return this.client;
  }
  saveClientInformation(client) {
    this.client = client;
  }
  tokens() {
    return this.kept;
  }
  saveTokens(tokens) {
    this.kept = tokens;
  }
  discoveryState() {
    return this.discovered;
  }
  saveDiscoveryState(discovered) {
    this.discovered = discovered;
  }
  saveCodeVerifier(verifier) {
    this.verifier = verifier;
  }
  codeVerifier() {
    return this.verifier;
  }
  async redirectToAuthorization(url) {
    this.callback = await allow(url, this.cookie);
    if (this.callback.searchParams.get("state") !== this.#state) throw new Error("another state came back");
  }
}

/** Makes the calls on stdin, with an access token spoiled after the first, so that the client must refresh. Prints what came. */
export async function use(connect, provider) {
  const calls = JSON.parse(readFileSync(0, "utf8"));
  const client = await connect();
  const tools = (await client.listTools()).tools.map((tool) => tool.name);
  const before = provider.kept;
  const results = [];
  for (const call of calls) {
    results.push(await client.callTool(call));
    if (results.length === 1) provider.kept = { ...before, access_token: "spoiled" };
  }
  const [server, protocol] = [client.getServerVersion(), client.getNegotiatedProtocolVersion?.() ?? null];
  await client.close();
  const after = provider.kept;
  const refreshed = after.access_token !== before.access_token && after.refresh_token !== before.refresh_token;
  console.log(JSON.stringify({ server, protocol, tools, results, refreshed, token: after.access_token }));
}
