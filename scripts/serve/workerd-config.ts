// A bundle's folder and names of settings -> the Cap'n Proto configuration bare `workerd serve` reads. Values of
// settings are never in it: workerd takes them from its environment.

/** What of the worker's configuration matters to the runtime; kept with a build. */
export interface RuntimeSettings {
  /** `compatibility_date` of wrangler.toml. */
  readonly compatibilityDate: string;
  readonly compatibilityFlags: readonly string[];
  /** `[vars]` of wrangler.toml. */
  readonly vars: Readonly<Record<string, string>>;
}

export interface WorkerdConfig {
  readonly settings: RuntimeSettings;
  /** Names of the files with the modules of code, the one to start with first. */
  readonly modules: readonly string[];
  /** Names of environment variables that become bindings of the same name. */
  readonly environmentNames: readonly string[];
  /** `127.0.0.1:8080`. */
  readonly address: string;
  /** An existing folder for what Durable Objects keep: their SQL is not to be had in memory alone. */
  readonly objectsFolder: string;
  /** For V8, such as `--max-heap-size=128`. */
  readonly v8Flags?: readonly string[] | undefined;
}

/** The Durable Objects of wrangler.toml. */
const OBJECTS = [
  { binding: 'RATE_LIMITER', className: 'RateLimiter' },
  { binding: 'POLLERS', className: 'PollerObject' },
  { binding: 'CONNECTIONS', className: 'ConnectionObject' },
] as const;

/**
 * The configuration file's text; it embeds the modules and `hedge-artifact` from its own folder. The worker may reach
 * every network, private ones too: the local Neon endpoint, identity providers and webhooks may be on one.
 */
export function workerdConfigText(config: WorkerdConfig): string {
  const bindings = config.environmentNames.map(
    (name) => `    (name = ${text(name)}, fromEnvironment = ${text(name)}),`,
  );
  const modules = config.modules.map((name) => `    (name = ${text(name)}, esModule = embed ${text(name)}),`);
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "hedge", worker = .hedge),
    (name = "internet", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true))),
    (name = "objects", disk = (path = ${text(config.objectsFolder)}, writable = true)),
  ],
  sockets = [(name = "http", address = ${text(config.address)}, http = (), service = "hedge")],
  v8Flags = [${(config.v8Flags ?? []).map(text).join(', ')}],
);

const hedge :Workerd.Worker = (
  modules = [
${modules.join('\n')}
    (name = "hedge-artifact", text = embed "hedge-artifact"),
  ],
  bindings = [
${bindings.join('\n')}
${OBJECTS.map(({ binding, className }) => `    (name = "${binding}", durableObjectNamespace = "${className}"),`).join('\n')}
  ],
  # Counts of the last minute and sockets, which need not outlive the process.
  durableObjectNamespaces = [
${OBJECTS.map(({ binding, className }) => `    (className = "${className}", uniqueKey = "hedge-${binding.toLowerCase()}", enableSql = true),`).join('\n')}
  ],
  durableObjectStorage = (localDisk = "objects"),
  compatibilityDate = ${text(config.settings.compatibilityDate)},
  compatibilityFlags = [${config.settings.compatibilityFlags.map(text).join(', ')}],
);
`;
}

/** A Cap'n Proto string literal; its escapes are C's. */
function text(value: string): string {
  const escaped = value.replace(/[^\w .:/-]/g, (c) =>
    c > '\u007f' ? c : `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return `"${escaped}"`;
}
