// All active users of a Genesys Cloud org, one JSON object a line, by the official SDK.

import { readFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import platformClient from 'purecloud-platform-client-v2';

const host = new URL(process.env.CC_TOKEN_API_URL);
const client = platformClient.ApiClient.instance;
client.setGateway({
	protocol: host.protocol.slice(0, -1),
	host: host.hostname,
	port: host.port,
	path_params_api: host.pathname,
});
// Before each request: the file is replaced when the token is refreshed.
client.setPreHook((config) => {
	config.headers.Authorization = `Bearer ${readFileSync(process.env.CC_TOKEN_FILE, 'utf8').trim()}`;
	return config;
});

async function* lines() {
	const users = new platformClient.UsersApi();
	let page;
	for (let pageNumber = 1; !page || pageNumber <= page.pageCount; pageNumber++) {
		page = await users.getUsers({ state: 'active', pageSize: 100, pageNumber });
		for (const user of page.entities) yield `${JSON.stringify(user)}\n`;
	}
}

// The message alone: the error itself may hold the request, and so the token.
pipeline(lines, process.stdout).catch((error) => {
	console.error(error.message);
	process.exitCode = 1;
});
