// The tools, as someone writes them for Node.

import { z } from 'zod';

const text = (text) => ({ content: [{ type: 'text', text }] });

const transform = ({ orders }) => {
  const customers = new Map();
  let open = 0;
  for (const { customer, quantity, price, paid } of orders) {
    if (!paid) {
      open += 1;
      continue;
    }
    const known = customers.get(customer) ?? { items: 0, sum: 0 };
    customers.set(customer, { items: known.items + quantity, sum: known.sum + price * quantity });
  }
  const paid = [...customers].sort().map(([customer, { items, sum }]) => ({ customer: customer.toUpperCase(), items, sum }));
  const structuredContent = { customers: paid, open };
  return { ...text(JSON.stringify(structuredContent)), structuredContent };
};

const arithmetic = ({ n }) => {
  let x = 2463534242 | 0;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    sum = (sum + x) | 0;
  }
  return text(String(sum >>> 0));
};

const branchy = ({ n }) => {
  let steps = 0;
  for (let start = 1; start <= n; start++) {
    for (let value = start; value !== 1; steps++) {
      value = value % 2 === 0 ? value / 2 : 3 * value + 1;
    }
  }
  return text(String(steps));
};

const order = z.object({ customer: z.string(), quantity: z.int().min(1), price: z.number(), paid: z.boolean() });

export const register = (server) => {
  server.registerTool('echo', { inputSchema: { text: z.string().max(10000) } }, (args) => text(args.text));
  server.registerTool('transform', { inputSchema: { orders: z.array(order).max(1000) } }, transform);
  server.registerTool('arithmetic', { inputSchema: { n: z.int().min(0) } }, arithmetic);
  server.registerTool('branchy', { inputSchema: { n: z.int().min(0).max(100000) } }, branchy);
};
