// oidc_check.js URL FOLDER: what a mail server does with a token. It is read
// from standard input, and exit status 0 means that it is good. One that is a
// JWT is judged by its signature (RFC 9068), any other by the authorisation
// server (RFC 7662). What is known of it is added to FOLDER/judged. Run where
// oidc-provider's modules are.
"use strict";
const fs = require("fs");

const [url, folder] = process.argv.slice(2);
const token = fs.readFileSync(0, "utf8");

async function verify() {
	const { createRemoteJWKSet, jwtVerify } = require(
		`${process.cwd()}/node_modules/jose`);
	const { payload } = await jwtVerify(token,
		createRemoteJWKSet(new URL(`${url}/jwks`)),
		{ issuer: url, audience: "https://mail.test", typ: "at+jwt" });

	return { ...payload, active: true };
}

async function introspect() {
	const login = Buffer.from("mailbox:mailbox-secret").toString("base64");
	const response = await fetch(`${url}/token/introspection`, {
		method: "POST",
		headers: { authorization: `Basic ${login}` },
		body: new URLSearchParams({ token }),
	});

	return response.json();
}

async function judge() {
	const known = await (token.split(".").length === 3 ? verify() : introspect());
	const scopes = (known.scope || "").split(" ");

	fs.appendFileSync(`${folder}/judged`, `${JSON.stringify(known)}\n`);
	process.exit(known.active && scopes.includes("mail") ? 0 : 1);
}

judge();
