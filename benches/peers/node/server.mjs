// An MCP server as each container ran it: the SDK's transport behind express, each request's token checked by jose.
// ISSUER, AUDIENCE and JWKS (the keys themselves) say whose tokens are good. Prints its URL once it listens.

import { randomUUID } from 'node:crypto';

import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import express from 'express';
import { createLocalJWKSet, jwtVerify } from 'jose';

import { register } from './tools.mjs';

const { ISSUER: issuer, AUDIENCE: audience, JWKS } = process.env;
const keys = createLocalJWKSet(JSON.parse(JWKS));

const checked = async (request, response, next) => {
  const [scheme, token] = (request.headers.authorization ?? '').split(' ');
  try {
    if (scheme !== 'Bearer') throw new Error('no bearer');
    await jwtVerify(token, keys, { issuer, audience, algorithms: ['ES256'] });
  } catch {
    response.status(401).set('www-authenticate', 'Bearer').end();
    return;
  }
  next();
};

const server = async (options) => {
  const server = new McpServer({ name: 'bench', version: '1.0.0' });
  register(server);
  const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true, ...options });
  await server.connect(transport);
  return transport;
};

const sessions = new Map();

const stateless = async (request, response) => {
  const transport = await server({ sessionIdGenerator: undefined });
  response.on('close', () => transport.close());
  await transport.handleRequest(request, response, request.body);
};

const session = async (request, response) => {
  let transport = sessions.get(request.headers['mcp-session-id']);
  transport ??= await server({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => sessions.set(id, transport),
  });
  await transport.handleRequest(request, response, request.body);
};

const app = express();
app.use(express.json({ limit: '4mb' }));
app.post('/stateless', checked, stateless);
app.post('/session', checked, session);
const listener = app.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${listener.address().port}`));
