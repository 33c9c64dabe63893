import { reportProblems, type Command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';

/** `millrace test`: tests the queries of a user, without a server. */
export const test: Command = {
  name: 'test',
  usage: 'millrace test [PATH...]',
  summary:
    'runs SQL test files, or statements over records in files, each against a fresh database of its own',
  flags: [
    {
      name: 'statements',
      value: 'FILE',
      summary: 'the statements of a test with records in files',
    },
    { name: 'input', value: 'FILE', summary: 'the records it is given: {"inputs": [...]}' },
    {
      name: 'output',
      value: 'FILE',
      summary: 'the records that must come out: {"outputs": [...]}',
    },
    {
      name: 'functions',
      value: 'FILE',
      summary: 'a module that exports scalars, aggregates or tables: functions the tests can call',
    },
  ],

  async run(settings, surroundings) {
    const { positionals: paths } = settings;
    const statements = settings.text('statements');
    const [input, output] = [settings.text('input'), settings.text('output')];
    const functions = settings.text('functions');
    if (statements === null && paths.length === 0) {
      settings.refuse('Give SQL test files or folders, or --statements FILE and --output FILE.');
    }
    if (statements !== null && paths.length > 0) {
      settings.refuse('--statements runs one test; leave the paths out.');
    }
    if (statements !== null && output === null) settings.refuse('--output FILE is missing.');
    if (statements === null && (input !== null || output !== null)) {
      settings.refuse('--input and --output belong to --statements FILE.');
    }
    if (settings.problems.length > 0) {
      reportProblems(test, settings, surroundings);
      return EXIT.CONFIGURATION;
    }
    // Loaded here, so that the shell starts without the engine.
    const { loadFunctions, runRecordTest, runSqlTests } = await import('../run-tests.ts');
    const forgetFunctions = functions === null ? () => {} : await loadFunctions(functions);
    try {
      return statements === null
        ? await runSqlTests(paths, surroundings)
        : await runRecordTest({ statements, input, output: output ?? '' }, surroundings);
    } finally {
      forgetFunctions();
    }
  },
};
