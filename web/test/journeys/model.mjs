// A model of a journey's own, which speaks the wire format of the providers of kind openai.
import { createServer } from 'node:http';

const modelPort = process.argv[5];

/** A model at the port that the platform asks: it answers with this spec, piece by piece. */
export async function startModel(spec) {
  const chunk = (choice, usage = null) =>
    `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: choice ? [choice] : [], usage })}\n\n`;
  const pieces = JSON.stringify(spec).match(/[\s\S]{1,60}/gu) ?? [];
  const server = createServer((_, answer) => {
    answer.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const content of pieces) answer.write(chunk({ index: 0, delta: { content }, finish_reason: null }));
    answer.write(chunk({ index: 0, delta: {}, finish_reason: 'stop' }));
    answer.write(chunk(null, { prompt_tokens: 100, completion_tokens: 100, total_tokens: 200 }));
    answer.end('data: [DONE]\n\n');
  });
  await new Promise((done) => server.listen(Number(modelPort), '127.0.0.1', done));
  server.unref();
  return server;
}
