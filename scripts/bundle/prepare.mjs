// What wrangler.toml runs before a deployment: `hedge build --if-changed`, unless the command line itself, which
// brings its own artifact, is who called wrangler. Plain JavaScript, as it must run on old versions of Node.

if (process.env.HEDGE_ARTIFACT_READY !== '1') {
  process.argv.splice(2, Infinity, 'build', '--if-changed');
  await import('../cli/hedge.mjs');
}
