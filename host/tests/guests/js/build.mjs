// Makes the component: node build.mjs SOURCE WIT OUTPUT
import { writeFile } from 'node:fs/promises';
import { componentize } from '@bytecodealliance/componentize-js';

const [sourcePath, witPath, output] = process.argv.slice(2);
const { component } = await componentize({ sourcePath, witPath, worldName: 'server' });
await writeFile(output, component);
