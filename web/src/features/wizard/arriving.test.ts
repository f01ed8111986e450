import { expect, test } from 'vitest';
import { spec } from '../../../test/fixtures';
import { arrivingOf } from './arriving';

const whole = {
  name: spec.name,
  description: spec.description,
  tools: spec.tools.map(({ name, description, implementation }, i) => ({
    name,
    description,
    arguments: i === 0 ? ['query', 'limit'] : ['page_id'],
    lines: implementation.split('\n').length,
  })),
};

test('tools are read as they arrive, and stay', () => {
  const text = JSON.stringify(spec);
  let tools = 0;
  for (let cut = 0; cut <= text.length; cut++) {
    const arriving = arrivingOf(text.slice(0, cut));
    expect(arriving?.tools.length ?? 0).toBeGreaterThanOrEqual(tools);
    tools = arriving?.tools.length ?? 0;
  }
  expect(arrivingOf(text)).toEqual(whole);
  expect(arrivingOf('{"name":"Wea')).toEqual({ name: 'Wea', description: '', tools: [] });
});

test('a fence, words before it, and a second answer are read past', () => {
  const text = JSON.stringify(spec);
  expect(arrivingOf(`Here {it} is:\n\`\`\`json\n${text}\n\`\`\`\nDone.`)).toEqual(whole);
  const second = JSON.stringify({ ...spec, name: 'Better' });
  expect(arrivingOf(`${text}${second.slice(0, 60)}`)?.name).toBe('Better');
  expect(arrivingOf(`${text.slice(0, 30)}${second}`)?.name).toBe('Better');
});

test('what is no draft is none', () => {
  for (const text of ['', 'echo: Gives back what it is given', '{"a": 1}', '{"name": 5, "tools": 7}', '[{"x":1}]'])
    expect(arrivingOf(text)?.tools ?? []).toEqual([]);
  expect(arrivingOf('{"tools":[1,null,{"name":{}}]}')?.tools).toHaveLength(1);
});
