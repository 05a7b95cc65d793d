// Reads {modules, context, expressions, tests} from standard input, writes what feelin answers.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const input = JSON.parse(readFileSync(0, 'utf8'));
const { evaluate, unaryTest } = await import(
  pathToFileURL(`${input.modules}/@bpmn-io/feelin/dist/index.js`).href
);

function plain(value) {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'function') return 'function';
  if (typeof value !== 'object') return value;
  if (value.isLuxonDateTime || value.isLuxonDuration) {
    return evaluate('string(v)', { v: value }).value;
  }
  if ('start included' in value) {
    const [open, close] = [value['start included'] ? '[' : '(', value['end included'] ? ']' : ')'];
    return `${open}${plain(value.start)}..${plain(value.end)}${close}`;
  }
  const made = {};
  for (const [key, entry] of Object.entries(value)) made[key] = plain(entry);
  return made;
}

function guarded(run) {
  try {
    return { value: plain(run().value) };
  } catch (error) {
    return { error: String(error.message || error).split('\n')[0] };
  }
}

process.stdout.write(
  JSON.stringify({
    expressions: input.expressions.map((text) => guarded(() => evaluate(text, input.context))),
    tests: input.tests.map(([value, text]) =>
      guarded(() => unaryTest(text, { ...input.context, '?': evaluate(value, input.context).value })),
    ),
  }),
);
