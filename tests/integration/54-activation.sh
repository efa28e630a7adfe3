# Socket activation with several sockets: each goes to the [listen] section
# that names it, whatever their order, and keeps that section's settings.
. "$(dirname "$0")/lib.sh"

start_provider p --cert "$CERTS/good.pem" --key "$CERTS/good.key" \
	--tls implicit --strict

# activate NAMES ADDRESS...: a smtpseal that is handed these sockets under
# these names, in this order; an address is a port or a path.
activate() {
	python3 - "$SMTPSEAL" "$T/a.ini" "$@" 2>"$T/seal.log" <<-'END' &
	import os, socket, sys
	program, ini, names, *addresses = sys.argv[1:]
	sockets = []
	for address in addresses:
	    path = "/" in address
	    sockets.append(socket.socket(
	        socket.AF_UNIX if path else socket.AF_INET))
	    sockets[-1].bind(address if path else ("127.0.0.1", int(address)))
	    sockets[-1].listen(5)
	# By way of numbers that are out of the way of 3 and those behind it.
	for n, each in enumerate(sockets):
	    os.dup2(each.fileno(), 100 + n)
	for n, each in enumerate(sockets):
	    os.dup2(100 + n, 3 + n, inheritable=True)
	os.closerange(100, 100 + len(sockets))
	os.environ.update(LISTEN_FDS=str(len(sockets)),
	                  LISTEN_PID=str(os.getpid()), LISTEN_FDNAMES=names)
	os.execv(program, [program, "-c", ini, "run"])
	END
	SEAL_PID=$!
	PIDS="$PIDS $!"
	until_has "$T/seal.log" event=listening
}

# section NAME LINE...: a [listen NAME] for the socket of this name.
section() {
	echo "[listen $1]"
	echo "address = fd:$1"
	shift
	printf '%s\n' "$@"
}

write_config "$T/one.ini" <<-X
tls = implicit
[device copier]
login = copier
login_password = toner
X
{
	sed '/^\[listen\]/,/^address/d' "$T/one.ini"
	section plant "hello = plant.example" "auth = require"
	section office "hello = office.example" "auth = off"
	section store "hello = store.example" | sed 's/^address.*/&, fd:cellar/'
} >"$T/all.ini"
cp "$T/all.ini" "$T/a.ini"
next_port
OFFICE=$PORT
next_port
STORE=$PORT
next_port
OTHER=$PORT
# Two sockets are called office, as systemd calls all of one unit.
ok "it starts" activate office:cellar:plant:store:office \
	"$OFFICE" "$T/cellar" "$T/plant" "$STORE" "$OTHER"

# hears_at ADDRESS WORDS [LINE...]: some answer there has these words.
hears_at() {
	at=$1 words=$2; shift 2
	printf '%s\n' "$@" QUIT | say "$at" >"$T/heard" 2>&1
	has "$T/heard" "$words"
}

# each_is_itself WHEN NAME: each section has its settings, office this name.
each_is_itself() {
	ok "$1: office is called so" hears_at "$OFFICE" "220 $2.example "
	ok "$1: so is the other office" hears_at "$OTHER" "220 $2.example "
	ok "$1: plant is called so" hears_at "$T/plant" "220 plant.example "
	ok "$1: both of store are" hears_at "$STORE" "220 store.example "
	ok "$1: the other of them" hears_at "$T/cellar" "220 store.example "
	ok "$1: office knows no logins" hears_at "$OFFICE" "502 " \
		"EHLO x" "AUTH LOGIN"
	ok "$1: plant wants one" hears_at "$T/plant" "530 5.7.0" \
		"EHLO x" "MAIL FROM:<a@b.example>"
}

# arrives_from ADDRESS COUNT: a message, which is the COUNTth.
arrives_from() {
	mail_by_hand "$1"
	hears "250 2.0.0 queued" && stored p "$2"
}

each_is_itself start office
ok "a message from office" arrives_from "$OFFICE" 1
ok "one from a Unix socket" arrives_from "$T/cellar" 2
ok "plant takes the right login" hears_at "$T/plant" "250 2.1.0" "EHLO x" \
	"AUTH PLAIN $(printf '\0copier\0toner' | base64)" "MAIL FROM:<a@b.example>"

# A section changes; no socket is lost by that.
sed 's/office\.example/agency.example/' "$T/all.ini" >"$T/a.ini"
kill -HUP "$SEAL_PID"
ok "it reloads" until_has "$T/seal.log" event=reloaded
each_is_itself reload agency
ok "a message behind the reload" arrives_from "$OFFICE" 3

# A socket that nobody handed over is asked for: nothing changes.
section third "hello = third.example" >>"$T/a.ini"
kill -HUP "$SEAL_PID"
ok "a socket too many: told" until_has "$T/seal.log" event=reload-failed
ok "a socket too many: which" has "$T/seal.log" "fd:third"
each_is_itself kept agency
ok "it ends in order" stop "$SEAL_PID"
