// An AI client, as a journey needs one.
import { strict as assert } from 'node:assert';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { origin } from './walk.mjs';

/** An AI client as far as its protocol goes: it registers, is let in by a person in their browser, and calls tools. */
export class Client {
  #listener;
  token = '';

  static async start(name) {
    const client = new Client();
    client.name = name;
    client.#listener = createServer((_, answer) => answer.end('You may close this window.'));
    // A journey that fails ends all the same.
    client.#listener.unref();
    await new Promise((done) => client.#listener.listen(0, '127.0.0.1', done));
    client.redirect = `http://127.0.0.1:${client.#listener.address().port}/callback`;
    return client;
  }

  /** Has someone open the page on which they are asked. */
  async ask({ page }, mcpUrl) {
    this.mcpUrl = mcpUrl;
    const registered = await fetch(`${origin}/oauth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        client_name: this.name,
        redirect_uris: [this.redirect],
        token_endpoint_auth_method: 'none',
      }),
    });
    assert.equal(registered.status, 201);
    this.id = (await registered.json()).client_id;
    const asked = new URLSearchParams({
      response_type: 'code',
      client_id: this.id,
      redirect_uri: this.redirect,
      resource: mcpUrl,
      scope: 'mcp',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      state: 's',
    });
    await page.goto(`${origin}/oauth/authorize?${asked}`);
  }

  /** After they have agreed. */
  async arrive({ page }) {
    await page.waitForURL(`${this.redirect}**`);
    const answer = new URL(page.url()).searchParams;
    assert.equal(answer.get('state'), 's');
    assert.equal(answer.get('iss'), origin);
    const exchanged = await fetch(`${origin}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: answer.get('code') ?? '',
        client_id: this.id,
        redirect_uri: this.redirect,
        code_verifier: verifier,
        resource: this.mcpUrl,
      }),
    });
    assert.equal(exchanged.status, 200);
    this.token = (await exchanged.json()).access_token;
  }

  /** Asks and is let in. */
  async connect(person, mcpUrl) {
    await this.ask(person, mcpUrl);
    await person.button('Allow').click();
    await this.arrive(person);
  }

  /** A request of MCP: the status, and the result where there is one. */
  async send(method, params = {}) {
    const answer = await fetch(this.mcpUrl, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${this.token}`,
        accept: 'application/json, text/event-stream',
        'content-type': 'application/json',
        'mcp-protocol-version': '2025-06-18',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    const text = await answer.text();
    const json = answer.headers.get('content-type')?.startsWith('text/event-stream')
      ? /^data: ?(\{.*)$/m.exec(text)?.[1]
      : text;
    const said = answer.ok && json ? JSON.parse(json) : {};
    return { status: answer.status, result: said.result, error: said.error };
  }

  call(tool, args) {
    return this.send('tools/call', { name: tool, arguments: args });
  }

  stop() {
    this.#listener.close();
  }
}

const verifier = 'v'.repeat(64);
