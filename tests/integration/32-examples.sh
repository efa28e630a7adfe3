# examples: whoever pastes an example of README.md or of a guide has a
# configuration without a mistake, every link leads somewhere, what smtpseal is
# said to say is what it says, and no error it knows is missing.
. "$(dirname "$0")/lib.sh"
need openssl python3

cd "$TOP" || exit 1
pages="README.md $(echo contrib/guides/*.md)"

# The files the examples name, all of them paths relative to the example.
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=relay \
	-keyout "$T/relay.key" -out "$T/relay.pem" 2>/dev/null
cp "$T/relay.key" "$T/oauth.key"
cp "$T/relay.pem" "$T/oauth.pem"
printf 'secret\n' >"$T/password"
printf 'secret\n' >"$T/oauth-secret"

# ---- examples ----

# examples PAGE: each block of ini to $T/example-N.ini; sets FOUND. A block in
# a list is indented.
examples() {
	rm -f "$T"/example-*.ini
	awk -v front="$T/example-" '
		/^ *```ini$/ { within = 1; file = front (++n) ".ini"; next }
		/^ *```$/ { if (within) close(file); within = 0; next }
		within { sub(/^ */, ""); print >file }
		END { exit within }' "$1"
	ok "$1: every example has its end" same 0 $?
	FOUND=$(find "$T" -name 'example-*.ini' | wc -l)
}

# is_good FILE: it has no mistake. What shows a device or a listener only
# stands in a file that has an account.
is_good() {
	grep -q '^\[account' "$1" || printf '\n[account]\nhost = %s\n%s\n%s\n' \
		smtp.example.com 'user = a@example.com' \
		'password_file = password' >>"$1"
	"$SMTPSEAL" -c "$1" check
}

all=0
for page in $pages; do
	examples "$page"
	ok "$page: has an example, or names none" test "$FOUND" -gt 0 \
		-o "$page" = contrib/guides/README.md
	for file in "$T"/example-*.ini; do
		[ ! -f "$file" ] || ok "$page: $(basename "$file")" is_good "$file"
	done
	all=$((all + FOUND))
done
ok "all examples were found" same "$all" \
	"$(cat $pages | grep -c '^ *```ini$')"
ok "there are some" test "$all" -ge 12
ok "the first one is five lines" same 5 "$(awk '/^```$/ { exit } n { m++ }
	/^```ini$/ { n = 1 } END { print m }' README.md)"
printf '[account]\nprovider = gmial\n' >"$T/typo.ini"
ok "a typo in a value shows" not is_good "$T/typo.ini"
printf '[listen]\nalow = ::1\n' >"$T/typo.ini"
ok "a typo in a key shows" not is_good "$T/typo.ini"

# ---- links ----

# links PAGE: each link to a file or a heading of ours that leads nowhere.
links() {
	python3 - "$1" <<-'X'
	import os, re, sys

	def anchors(path):
	    """The headings of a page, as GitHub names them."""
	    text = re.sub(r"```.*?```", "", open(path).read(), flags=re.S)
	    for title in re.findall(r"^#+ (.*)$", text, re.M):
	        yield re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")

	page = sys.argv[1]
	bad = 0
	for link in re.findall(r"\]\(([^)]+)\)", open(page).read()):
	    if "://" in link:
	        continue
	    path, _, anchor = link.partition("#")
	    there = os.path.join(os.path.dirname(page), path) if path else page
	    if not os.path.exists(there) or \
	            anchor and anchor not in anchors(there):
	        print(page, "->", link)
	        bad = 1
	sys.exit(bad)
	X
}
for page in $pages; do
	ok "$page: its links" links "$page"
done
printf '[a](nowhere.md) [b](README.md#nowhere)\n' >"$T/bad.md"
ok "a link to nowhere shows" not links "$T/bad.md"

# ---- what smtpseal says ----

# In a table headed so, the first column quotes us.
for page in contrib/guides/*.md; do
	awk -F'|' '/^\|/ && $2 ~ /^ smtpseal says / { within = 1; next }
		!/^\|/ { within = 0 }
		within && $2 !~ /---/ { gsub(/^ *`|` *$/, "", $2); print $2 }' \
		"$page"
done >"$T/quoted"
ok "we are quoted" test "$(wc -l <"$T/quoted")" -ge 10
while IFS= read -r words; do
	ok "we say: $words" grep -rqF -- "$words" src
done <"$T/quoted"

# What there is a hint for has its row in a guide, too.
grep -o 'AADSTS[0-9]*' src/oauth/hint.c | sort -u >"$T/codes"
ok "there are codes" test "$(wc -l <"$T/codes")" -ge 10
while IFS= read -r code; do
	ok "a guide names $code" grep -rqw -- "$code" contrib/guides
done <"$T/codes"
