const TOKEN =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[\w.+-]+|[^\s\w]/g;

/** The tokens of a .proto text, without comments and white space. Text that is no .proto gives tokens too. */
export function protobufTokens(text: string): string[] {
  return (text.match(TOKEN) ?? []).filter(
    (token) => !token.startsWith('//') && !token.startsWith('/*'),
  );
}
