// oidc_server.js FOLDER CERT KEY [NAME=FILE...]: the authorisation server of
// 59-oidc.sh: oidc-provider, run where its modules are, with TLS on 127.0.0.1.
// It prints "proxy NNNN", a proxy that leads every CONNECT here, and then
// "port NNNN". FOLDER/lifetime holds the seconds of an access token, 3600
// without it. The files: google and google-key, a certificate for Google's
// names; application, the certificate of the client "signed".
//
// Whoever logs in is believed. What is granted to which client:
//
//   device       device code (RFC 8628)        public            opaque
//   browser      code                          a secret          JWT
//   gmail        code, at Google's addresses   public            opaque
//   application  client credentials            a secret          opaque
//   signed       client credentials            its certificate   JWT
//   mailbox      nothing: the mail server, which asks about tokens
//
// Codes need PKCE by S256, and every refresh rotates. As OpenID Connect Core
// 11 has it, a browser gets offline_access for prompt=consent only.
"use strict";
const crypto = require("crypto");
const events = require("events");
const fs = require("fs");
const http = require("http");
const https = require("https");
const net = require("net");

const [folder, cert, key, ...more] = process.argv.slice(2);
const files = Object.fromEntries(more.map((word) => word.split("=")));

const LOOPBACK = "http://localhost"; // with any port, for native clients
const DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code";
const GOOGLE = "https://mail.google.com/";
const MAIL = "https://mail.test"; // the resource whose tokens are JWTs
const certificate = new crypto.X509Certificate(
	fs.readFileSync(files.application));

const silent = { redirect_uris: [], response_types: [] };
const clients = [
	{ ...silent, client_id: "device", application_type: "native",
		token_endpoint_auth_method: "none",
		grant_types: [DEVICE_CODE, "refresh_token"] },
	{ client_id: "browser", application_type: "native",
		client_secret: "browser secret;&1",
		token_endpoint_auth_method: "client_secret_post",
		grant_types: ["authorization_code", "refresh_token"],
		redirect_uris: [LOOPBACK] },
	{ client_id: "gmail", application_type: "native",
		token_endpoint_auth_method: "none",
		grant_types: ["authorization_code", "refresh_token"],
		redirect_uris: [LOOPBACK] },
	{ ...silent, client_id: "application",
		client_secret: "app secret;&1",
		token_endpoint_auth_method: "client_secret_post",
		grant_types: ["client_credentials"] },
	{ ...silent, client_id: "signed",
		token_endpoint_auth_method: "private_key_jwt",
		token_endpoint_auth_signing_alg: "RS256",
		jwks: { keys: [certificate.publicKey.export({ format: "jwk" })] },
		grant_types: ["client_credentials"] },
	{ ...silent, client_id: "mailbox", client_secret: "mailbox-secret",
		grant_types: [] },
];

function lifetime() {
	try {
		return Number(fs.readFileSync(`${folder}/lifetime`));
	} catch {
		return 3600;
	}
}

const resourceIndicators = {
	enabled: true,
	defaultResource: (ctx, client, oneOf) => oneOf ||
		(["browser", "signed"].includes(client.clientId) ? MAIL : undefined),
	getResourceServerInfo: () => ({ scope: "mail", audience: MAIL,
		accessTokenFormat: "jwt", jwt: { sign: { alg: "RS256" } } }),
};

// The certificate must be named as Microsoft has it, and the token endpoint
// as the audience; oidc-provider itself asks for neither.
function checkAssertion(url, InvalidClientAuth) {
	const thumbprint = Buffer.from(
		certificate.fingerprint256.replace(/:/g, ""), "hex");

	return (ctx, claims, header) => {
		if (header["x5t#S256"] !== thumbprint.toString("base64url")) {
			throw new InvalidClientAuth("another certificate is named");
		}
		if (claims.aud !== `${url}/token`) {
			throw new InvalidClientAuth("made for another endpoint");
		}
	};
}

// Google gives a refresh token only to who asks for one in these two ways;
// here who does not is refused, since nothing more is known at /token.
function googleOnly(InvalidRequest) {
	return (ctx, value, client) => {
		if (client.clientId === "gmail" && (value !== "offline" ||
			!ctx.oidc.prompts.has("consent"))) {
			throw new InvalidRequest("no refresh token without asking");
		}
	};
}

function configuration(url, errors) {
	const { privateKey } = crypto.generateKeyPairSync("rsa",
		{ modulusLength: 2048 });

	return {
		clients,
		cookies: { keys: [crypto.randomBytes(16)] },
		jwks: { keys: [{ ...privateKey.export({ format: "jwk" }),
			alg: "RS256", use: "sig" }] },
		scopes: ["openid", "offline_access", "mail", GOOGLE],
		extraParams: { access_type: googleOnly(errors.InvalidRequest) },
		features: {
			devInteractions: { enabled: true }, // the pages
			clientCredentials: { enabled: true },
			deviceFlow: { enabled: true },
			introspection: { enabled: true },
			revocation: { enabled: true },
			resourceIndicators,
		},
		findAccount: (ctx, id) => ({ accountId: id,
			claims: () => ({ sub: id }) }),
		pkce: { methods: ["S256"], required: () => true },
		issueRefreshToken: (ctx, client, code) =>
			client.grantTypeAllowed("refresh_token") &&
			(code.scopes.has("offline_access") || code.scopes.has(GOOGLE)),
		rotateRefreshToken: true,
		ttl: { AccessToken: lifetime, ClientCredentials: lifetime },
		assertJwtClientAuthClaimsAndHeader:
			checkAssertion(url, errors.InvalidClientAuth),
		routes: { authorization: "/o/oauth2/v2/auth", token: "/token",
			revocation: "/revoke" },
	};
}

function startProxy(port) {
	const proxy = http.createServer();

	proxy.on("connect", (request, socket) => {
		const other = net.connect(port, "127.0.0.1", () => {
			socket.write("HTTP/1.1 200 Go\r\n\r\n");
			other.pipe(socket).pipe(other);
		});
		other.on("error", () => socket.destroy());
		socket.on("error", () => other.destroy());
	});
	proxy.listen(0, "127.0.0.1");
	return events.once(proxy, "listening").then(() => proxy.address().port);
}

async function start(server) {
	const { port } = server.address();
	const url = `https://localhost:${port}`;
	const { default: Provider, errors } = await import(
		`${process.cwd()}/node_modules/oidc-provider/lib/index.js`);
	const provider = new Provider(url, configuration(url, errors));

	for (const what of ["server_error", "authorization.error", "grant.error",
		"device_authorization.error", "introspection.error",
		"revocation.error"]) {
		provider.on(what, (ctx, err) => console.error(what, err.message,
			err.error_description, err.error_detail));
	}
	server.on("request", provider.callback());
	console.log("proxy", await startProxy(port));
	console.log("port", port);
}

console.info = console.error; // its notices; our own lines are awaited
const server = https.createServer(
	{ cert: fs.readFileSync(cert), key: fs.readFileSync(key) });
server.addContext("*.googleapis.com", {
	cert: fs.readFileSync(files.google),
	key: fs.readFileSync(files["google-key"]),
});
server.listen(0, "127.0.0.1", () => start(server));
