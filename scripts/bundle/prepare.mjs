// What wrangler.toml runs before a deployment: `hedge build --if-changed`. Plain JavaScript, as it must run on old
// versions of Node.

process.argv.splice(2, Infinity, 'build', '--if-changed');
await import('../cli/hedge.mjs');
