// A request to a worker on this machine that asks for no secret -> the worker, unless a web page from elsewhere sent it.
// Runs on workerd, in front of the worker. Any page a developer visits can send requests to 127.0.0.1, and those of an
// administrator would reach the database. CORS does not help: it hides the answer, after the request has been done.

export default {
  fetch(request, env) {
    const reason = refusal(request.headers);
    if (reason === null) return env.HEDGE.fetch(request);
    return Response.json({ path: '$', error: reason, code: 'access-denied' }, { status: 403 });
  },
};

/** Why a request is refused, or null. A name that leads here and is not ours is a page's too (DNS rebinding). */
export function refusal(headers) {
  const host = headers.get('host') ?? '';
  const origin = headers.get('origin');
  const wayOut = 'start hedge dev with --admin-secret to allow it';
  if (!isLocal(`http://${host}`))
    return `requests to the host "${host}" are refused without a secret: ${wayOut}`;
  if (origin !== null && !isLocal(origin))
    return `requests from web pages of ${origin} are refused without a secret: ${wayOut}`;
  return null;
}

function isLocal(address) {
  if (!URL.canParse(address)) return false;
  const { hostname } = new URL(address);
  return (
    hostname === '127.0.0.1' ||
    hostname === '[::1]' ||
    hostname === 'localhost' ||
    hostname.endsWith('.localhost')
  );
}
