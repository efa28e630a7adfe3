# nodemailer as the device: what applications for Node.js send with.
. "$(dirname "$0")/lib.sh"
. "$HERE/clients.sh"
need node
# Where Debian keeps modules; a node from elsewhere does not look there.
export NODE_PATH=/usr/share/nodejs
node -e 'require("nodemailer")' 2>"$T/require.err" ||
	skip "no nodemailer here (contrib/deps check)"

cat >"$T/node.js" <<'NODE'
const fs = require("fs");
const nodemailer = require("nodemailer");

const [port, how, kind, list, ...files] = process.argv.slice(2);
const to = list.split(",");
const from = "scan@example.com";
const options = { host: "127.0.0.1", port, name: "copier", ignoreTLS: true };
if (how !== "none") {
	options.auth = { user: "copier", pass: "toner" };
	options.authMethod = how;
}
if (kind === "pool") {
	Object.assign(options, { pool: true, maxConnections: 2, maxMessages: 3 });
}

// As it is, or made by nodemailer of these files.
function message(file) {
	if (kind !== "attach") {
		return { envelope: { from, to, use8BitMime: true },
			raw: fs.readFileSync(file) };
	}
	return { from, to, subject: "gr\u00fc\u00dfe ".repeat(200),
		text: ".\n..\n.hidden \u65e5\u672c\u8a9e\n",
		attachments: files.map((path) => ({ path })) };
}

async function send() {
	const transport = nodemailer.createTransport(options);
	const messages = kind === "attach" ? files.slice(0, 1) : files;
	const told = await Promise.allSettled(
		messages.map((file) => transport.sendMail(message(file))));
	transport.close();
	for (const { reason, value } of told) {
		const { command, response, rejected } = reason || value;
		console.log(command || "", response, ...(rejected || []));
	}
	process.exit(told.some((each) => each.reason) ? 3 : 0);
}

send();
NODE

# sends MECHANISM KIND RECIPIENT[,RECIPIENT...] FILE...
sends() {
	timeout 60 node "$T/node.js" "$LISTEN_PORT" "$@"
}

# tells WORDS COMMAND...: the command goes well, and its output has the words.
tells() {
	words=$1; shift
	"$@" >"$T/told" && has "$T/told" "$words"
}

start_relay
ok "it sends" sends none raw boss@example.com "$T/scan"
ok "all arrives" arrives "$T/scan"
ok "it sends text with LF" sends none raw boss@example.com "$T/scan.lf"
ok "all of that arrives" arrives "$T/scan"
ok "it sends to two" sends none raw boss@example.com,desk@example.com "$T/large"
ok "it arrives for two" arrives "$T/large" boss@example.com desk@example.com
for how in PLAIN LOGIN; do
	ok "it logs in with $how" logged_in sends $how raw boss@example.com \
		"$T/scan"
	ok "all arrives after $how" arrives "$T/scan"
done
ok "it sends eight by a pool" logged_in sends PLAIN pool boss@example.com \
	"$T/scan" "$T/scan" "$T/scan" "$T/scan" \
	"$T/scan" "$T/scan" "$T/scan" "$T/scan"
for number in $(seq 8); do
	ok "number $number arrives" arrives "$T/scan"
done
ok "it attaches two files" sends none attach boss@example.com \
	"$T/large" "$SMTPSEAL"
ok "the files arrive" carries "$T/large" "$SMTPSEAL"
ok "it tells a refusal" refused 3 sends none raw bad@example.com "$T/scan"
ok "it tells which of two is refused" tells " bad@example.com" \
	sends none raw bad@example.com,boss@example.com "$T/scan"
ok "who is not refused gets it" arrives "$T/scan"
start_refuser
ok "it tells one behind the dot" refused 3 sends none raw boss@example.com \
	"$T/scan"
ok "it knows that it was there" has "$T/refused" "DATA 554"
nothing_odd
