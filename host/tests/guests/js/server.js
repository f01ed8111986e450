// A tool server in JavaScript, made a component by componentize-js.

const tools = {
  greet: ({ name }) => `Hello, ${name}!`,
  spin: () => {
    for (;;);
  },
  fetch: async ({ url }) => {
    const answer = await fetch(url, { headers: { authorization: 'Bearer {TOKEN}' } });
    return `${answer.status} ${await answer.text()}`;
  },
};

async function call(name, args) {
  console.log(`${name} is called`);
  if (!Object.hasOwn(tools, name)) throw `there is no tool ${name}`;
  try {
    const text = await tools[name](JSON.parse(args));
    return { content: [{ tag: 'text', val: text }] };
  } catch (error) {
    throw String(error);
  }
}

export { exported as tools };
const exported = { call };
