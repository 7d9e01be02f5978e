// Tells Monaco, GraphiQL's editor, where its background scripts are: beside this one, from our own origin.

const WORKERS: Readonly<Record<string, string>> = { json: 'json.worker.js', graphql: 'graphql.worker.js' };

// The global that Monaco reads. Its types declare it with `let`, so that it cannot be assigned by name.
Object.assign(globalThis, {
  MonacoEnvironment: {
    getWorker: (_id: string, label: string) =>
      new Worker(new URL(`./${WORKERS[label] ?? 'editor.worker.js'}`, import.meta.url)),
  },
});
