import { describeFunctions, type FunctionDescription } from '../../src/functions/describe.ts';

/** Where the reference of functions stands, from the root of the project. */
export const FUNCTIONS_PATH = 'docs/reference/functions.md';

const INTRODUCTION = `# Functions

Made from the definitions of the functions by \`npm run docs\`; do not edit it here. \`SHOW FUNCTIONS\` and
\`DESCRIBE FUNCTION name\` tell the same. Names are case-insensitive. In a signature \`DECIMAL\` stands for any precision and
scale, a letter such as \`T\` for any type, the same one wherever the letter is, and \`...\` for any number of arguments.
`;

/** The reference of all functions as Markdown, by category. */
export function functionsReference(): string {
  const functions = describeFunctions();
  const categories = [...new Set(functions.map(({ category }) => category))].sort();
  const contents = categories.map((category) => {
    const names = functions.filter((candidate) => candidate.category === category);
    const links = names.map(({ name }) => `[${name}](#${name.toLowerCase()})`);
    return `- **${titleOf(category)}**: ${links.join(', ')}`;
  });
  const sections = categories.flatMap((category) => [
    `## ${titleOf(category)}\n`,
    ...functions.filter((candidate) => candidate.category === category).map(sectionOf),
  ]);
  return `${[INTRODUCTION, `${contents.join('\n')}\n`, ...sections].join('\n')}`;
}

function titleOf(category: string): string {
  return category[0] + category.slice(1).toLowerCase();
}

function sectionOf({ name, description, signatures, examples }: FunctionDescription): string {
  const calls = signatures.map(({ text, returnType }) => {
    return returnType === '' ? text : `${text} -> ${returnType}`;
  });
  const lines = examples.map(({ sql, result }) => (result === null ? sql : `${sql}  -- ${result}`));
  return `### ${name}\n\n${description}\n${block('', calls)}${block('sql', lines)}`;
}

function block(language: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `\n\`\`\`${language}\n${lines.join('\n')}\n\`\`\`\n`;
}
