// A certified OAuth 2 server (oidc-provider) beside the emulator, with the emulator's certificate.
//
// usage: node server.mjs DIR [LIFETIME]
//
// DIR is the emulator's directory; LIFETIME is that of its access tokens in seconds (600). Writes
// DIR/oidc.env, then `ready URL` to stdout; ends on TERM and with the process that started it.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';

import { Provider } from 'oidc-provider';

const [directory, lifetime = '600'] = process.argv.slice(2);
const HOSTILE = 'h%41"$HOME `id` ::add-mask::x=/+&\'\\;#%zz';

const CLIENTS = {
  OIDC: { id: 'basic-client', secret: 'basic-secret-Qm7Tn2Xw9Kd4Zr6L', method: 'client_secret_basic' },
  OIDC_POST: { id: 'post-client', secret: 'post-secret-Hy5Vc8Bj3Pf1Ws0G', method: 'client_secret_post' },
  OIDC_HOSTILE: { id: 'odd client:/+%41', secret: HOSTILE, method: 'client_secret_basic' },
};

function client({ id, secret, method }) {
  return {
    client_id: id,
    client_secret: secret,
    token_endpoint_auth_method: method,
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
  };
}

function configuration() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    clients: Object.values(CLIENTS).map(client),
    cookies: { keys: [randomBytes(16).toString('hex')] },
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig' }] },
    scopes: ['read', 'write'],
    ttl: { ClientCredentials: Number(lifetime) },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      introspection: { enabled: true },
      revocation: { enabled: true },
    },
  };
}

async function write_down(ctx, next) {
  await next();
  const headers = [];
  for (let i = 0; i < ctx.req.rawHeaders.length; i += 2) {
    headers.push(ctx.req.rawHeaders.slice(i, i + 2));
  }
  appendFileSync(join(directory, 'journal.jsonl'), `${JSON.stringify({
    time: new Date().toISOString(),
    ns: 'oidc',
    kind: { '/token': 'token', '/token/revocation': 'revoke', '/token/introspection': 'introspect' }[ctx.path] ?? 'discovery',
    method: ctx.method,
    path: ctx.path,
    headers,
    body: new URLSearchParams(ctx.oidc?.body).toString(),
    status: ctx.status,
  })}\n`);
}

function variables(url) {
  const lines = [`OIDC_URL=${url}`, `OIDC_PID=${process.pid}`];
  for (const [name, { id, secret }] of Object.entries(CLIENTS)) {
    lines.push(`${name}_ID=${quoted(id)}`, `${name}_SECRET=${quoted(secret)}`);
  }
  return `${lines.join('\n')}\n`;
}

function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

const server = createServer({
  cert: readFileSync(join(directory, 'server.pem')),
  key: readFileSync(join(directory, 'server.key')),
});
server.listen(0, '127.0.0.1', () => {
  const url = `https://127.0.0.1:${server.address().port}`;
  const provider = new Provider(url, configuration());
  provider.use(write_down);
  server.on('request', provider.callback());
  writeFileSync(join(directory, 'oidc.env'), variables(url), { mode: 0o600 });
  process.stdout.write(`ready ${url}\n`);
});

const parent = process.ppid;
setInterval(() => process.ppid === parent || process.exit(0), 200);
