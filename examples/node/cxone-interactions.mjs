// All interactions of a CXone tenant, one JSON object a line, by axios.

import { readFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import axios from 'axios';

const api = axios.create({ baseURL: process.env.CC_TOKEN_API_URL, timeout: 30000 });
// Before each request: the file is replaced when the token is refreshed.
api.interceptors.request.use((config) => {
	config.headers.Authorization = `Bearer ${readFileSync(process.env.CC_TOKEN_FILE, 'utf8').trim()}`;
	return config;
});

async function* lines() {
	let page;
	for (let pageNumber = 1; !page || pageNumber <= page.pagination.totalPages; pageNumber++) {
		page = (await api.post('/interactions/v1/search', { pageSize: 100, pageNumber })).data;
		for (const interaction of page.data) yield `${JSON.stringify(interaction)}\n`;
	}
}

// The message alone: the error itself holds the request, and so the token.
pipeline(lines, process.stdout).catch((error) => {
	console.error(error.message);
	process.exitCode = 1;
});
