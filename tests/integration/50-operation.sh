# Running it: reload, drain, socket activation, notification, and listeners.
. "$(dirname "$0")/lib.sh"

start_provider p --cert "$CERTS/good.pem" --key "$CERTS/good.key" \
	--tls implicit --strict
LOG=$T/seal.log

# A conversation that is held open: ask LINE waits for the answer.
open_device() {
	rm -f "$T/ask"
	mkfifo "$T/ask"
	: >"$T/held"
	say "${1:-$LISTEN_PORT}" <"$T/ask" >"$T/held" 2>&1 &
	DEVICE=$!
	exec 9>"$T/ask"
	until_has "$T/held" "220 "
}
ask() { # LINE ANSWER
	echo "$1" >&9
	until_has "$T/held" "$2"
}
close_device() {
	exec 9>&-
	wait "$DEVICE"
}

# ---- reload ----

write_config "$T/a.ini" <<-X
tls = implicit
X
old=$LISTEN_PORT
start_smtpseal "$T/a.ini"
mail_by_hand
ok "it runs" hears "250 2.0.0 queued"
open_device
ask "EHLO device" "250 ENH"
ask "MAIL FROM:<printer@device>" "250 2.1.0"

cp "$T/a.ini" "$T/good.ini"
echo "colour = red" >>"$T/a.ini"
kill -HUP "$SEAL_PID"
ok "bad reload: told" until_has "$LOG" event=reload-failed
ok "bad reload: why, with its line" grep -qE "a.ini:[0-9]+: colour: " "$LOG"
mail_by_hand
ok "bad reload: the old one goes on" hears "250 2.0.0 queued"

# One address can be opened and one not: neither is.
next_port
sed "s/^address = .*/&, 127.0.0.1:$PORT, 127.0.0.1:$PROVIDER_PORT/" \
	"$T/good.ini" >"$T/a.ini"
half=$PORT
kill -HUP "$SEAL_PID"
two_failed() { [ "$(count "$LOG" event=reload-failed)" = 2 ]; }
ok "half a reload: told" until_true 10 two_failed
ok "half a reload: the address in use is named" \
	has "$LOG" "127.0.0.1:$PROVIDER_PORT: address already in use"
ok "half a reload: nothing was opened" not mail_by_hand "$half" 2>/dev/null
ok "half a reload: really not" hasnt "$T/heard" "220 "

next_port
sed "s/^address = .*/address = 127.0.0.1:$PORT/" "$T/good.ini" >"$T/a.ini"
kill -HUP "$SEAL_PID"
ok "reload: told" until_has "$LOG" event=reloaded
mail_by_hand "$PORT"
ok "reload: the new address is open" hears "250 2.0.0 queued"
mail_by_hand "$old"
ok "reload: the old one is closed" not hears 220
ask "RCPT TO:<boss@example.com>" "250 2.1.5"
ask "DATA" "354 "
echo "Subject: across a reload" >&9
ask "." "250 2.0.0 queued"
close_device
ok "reload: a running conversation goes on" stored p 4
# One was lent to the conversation above, the other served the rest.
ok "reload: the connections stayed warm" same 2 "$(count "$T/p.log" "C EHLO")"

# ---- the end ----

LISTEN_PORT=$PORT
open_device
ask "EHLO device" "250 ENH"
ask "MAIL FROM:<printer@device>" "250 2.1.0"
{ echo '!EHLO idle\r\n'; echo '?'; echo '?'; } | say "$LISTEN_PORT" \
	>"$T/idle" 2>&1 &
idle=$!
until_has "$T/idle" "250 ENH"
kill -TERM "$SEAL_PID"
ok "drain: told" until_has "$LOG" event=draining
wait "$idle"
ok "drain: an idle device hears 421" has "$T/idle" "421 4.3.2"
mail_by_hand
ok "drain: nobody new comes in" not hears 220
ask "RCPT TO:<boss@example.com>" "250 2.1.5"
ask "DATA" "354 "
ok "drain: it waits for the open message" kill -0 "$SEAL_PID"
ask "." "250 2.0.0 queued"
ask "?" "421 4.3.2"
ok "drain: it ends in order then" wait "$SEAL_PID"
ok "drain: the device hears 421 behind its message" has "$T/held" "421 4.3.2"
close_device
ok "drain: the message arrived" stored p 5
ok "drain: and the provider heard QUIT" until_has "$T/p.log" "C QUIT"

# again SIGNAL...: with an open message; the last signal ends it at once.
again() {
	start_smtpseal "$T/a.ini" "seal-$1$2"
	LOG=$T/seal-$1$2.log
	open_device
	ask "EHLO device" "250 ENH"
	ask "MAIL FROM:<printer@device>" "250 2.1.0"
	ask "RCPT TO:<boss@example.com>" "250 2.1.5"
	ask "DATA" "354 "
	echo "Subject: half a message" >&9
	kill "-$1" "$SEAL_PID"
	until_has "$LOG" event=draining
	kill "-$2" "$SEAL_PID"
	ok "$1 $2: the second ends it at once" wait "$SEAL_PID"
	close_device
	ok "$1 $2: no more copies" stored p 5
	ok "$1 $2: the message has its line" has "$LOG" "event=message result=fail"
}
again TERM TERM
again INT TERM

sed 's/^\[account\]/[limits]\ndrain = 1s\n&/' "$T/a.ini" >"$T/short.ini"
start_smtpseal "$T/short.ini" seal-short
open_device
ask "EHLO device" "250 ENH"
ask "MAIL FROM:<printer@device>" "250 2.1.0"
kill -TERM "$SEAL_PID"
ok "drain = 1s: it does not wait for ever" wait "$SEAL_PID"
ok "drain = 1s: told" has "$T/seal-short.log" event=drain-over
close_device

# ---- how it is started ----

write_config "$T/b.ini" <<-X
tls = implicit
X
python3 - "$SMTPSEAL" "$T/b.ini" "$T" >"$T/parent" 2>&1 <<'X'
import os, signal, socket, subprocess, sys
program, ini, folder = sys.argv[1:]
text = open(ini).read()
head, rest = text.split("address = ", 1)
rest = rest.split("\n", 1)[1]
open(folder + "/fd.ini", "w").write(head + "address = fd:smtp, fd:local\n" + rest)
tcp = socket.socket(); tcp.bind(("127.0.0.1", 0)); tcp.listen(5)
local = socket.socket(socket.AF_UNIX)
local.bind(folder + "/local"); local.listen(5)
notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
notify.bind(folder + "/notify"); notify.settimeout(20)


def start():
    # The descriptors are 3 and 4, and the process is the one that is named.
    one, two = os.dup(tcp.fileno()), os.dup(local.fileno())
    os.dup2(one, 100); os.dup2(two, 101)
    os.dup2(100, 3); os.dup2(101, 4)
    os.set_inheritable(3, True); os.set_inheritable(4, True)
    os.environ.update(LISTEN_FDS="2", LISTEN_PID=str(os.getpid()),
                      LISTEN_FDNAMES="smtp:local",
                      NOTIFY_SOCKET=folder + "/notify")


log = open(folder + "/seal-fd.log", "w")
child = subprocess.Popen([program, "-c", folder + "/fd.ini"], stderr=log,
                         preexec_fn=start, close_fds=False)
print("notified", notify.recv(200).decode().split("\n")[0], flush=True)
for kind, address in ((socket.AF_INET, tcp.getsockname()),
                      (socket.AF_UNIX, folder + "/local")):
    device = socket.socket(kind)
    device.settimeout(20)
    device.connect(address)
    stream = device.makefile("rb")
    print(kind.name, stream.readline().decode().strip())
    for line in ("HELO x", "MAIL FROM:<a@b>", "RCPT TO:<boss@example.com>",
                 "DATA", "Subject: fd\r\n\r\n.", "QUIT"):
        device.sendall(line.encode() + b"\r\n")
        print(kind.name, stream.readline().decode().strip())
child.send_signal(signal.SIGHUP)
print("notified", notify.recv(200).decode().split("\n")[0], flush=True)
print("notified", notify.recv(200).decode().split("\n")[0], flush=True)
child.send_signal(signal.SIGTERM)
print("notified", notify.recv(200).decode().split("\n")[0], flush=True)
print("exit", child.wait(20))
X
ok "notify: READY=1" grep -q "^notified READY=1" "$T/parent"
ok "notify: RELOADING=1, then READY=1 again" same "READY=1
RELOADING=1
READY=1
STOPPING=1" "$(sed -n 's/^notified //p' "$T/parent")"
ok "activation: a message by TCP" has "$T/parent" "AF_INET 250 2.0.0 queued"
ok "activation: a message by a Unix socket" \
	has "$T/parent" "AF_UNIX 250 2.0.0 queued"
ok "activation: exit 0" has "$T/parent" "exit 0"
ok "activation: the Unix socket has its name in the log" \
	has "$T/seal-fd.log" "client=unix"

# ends FILE: what it said in $T/said, its exit status in $CODE.
ends() {
	timeout 20 "$SMTPSEAL" -c "$1" >"$T/said" 2>&1
	CODE=$?
}
ends "$T/fd.ini"
ok "no such descriptor: it ends" not same 0 "$CODE"
ok "no such descriptor: in words" has "$T/said" "handed no socket of that name"

sed "s#^address = .*#address = unix:$T/sock#" "$T/b.ini" >"$T/unix.ini"
answers_at() {
	python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])
s.settimeout(20); sys.exit(s.recv(100)[:4] != b"220 ")' "$1"
}
for run in first second; do
	start_smtpseal "$T/unix.ini" "seal-unix-$run"
	ok "unix: $run run answers" answers_at "$T/sock"
	# The first is killed and leaves its socket behind.
	[ $run = second ] || { kill -9 "$SEAL_PID"; wait "$SEAL_PID" 2>/dev/null; }
done
ends "$T/unix.ini"
ok "unix: no third beside the second" same 69 "$CODE"
ok "unix: in words" has "$T/said" "another program listens there already"
ok "unix: the second still answers" answers_at "$T/sock"
kill "$SEAL_PID"
wait "$SEAL_PID" 2>/dev/null
ok "unix: no socket stays" test ! -e "$T/sock"

sed "s/^address = .*/address = 127.0.0.1:$PROVIDER_PORT/" "$T/b.ini" \
	>"$T/taken.ini"
ends "$T/taken.ini"
ok "an address in use: exit 69" same 69 "$CODE"
ok "an address in use: in words" has "$T/said" \
	"address already in use; another program listens there already"
sed "s/^address = .*/address = 192.0.2.77:2525\nallow = 192.0.2.0\/24/" \
	"$T/b.ini" >"$T/foreign.ini"
ends "$T/foreign.ini"
ok "an address of another machine: in words" has "$T/said" \
	"this machine has no such address"
sed "s,^address = .*,address = unix:$T/none/socket," "$T/b.ini" >"$T/nodir.ini"
ends "$T/nodir.ini"
ok "a socket without its folder: in words" has "$T/said" \
	"its folder must exist"
sed "s/^address = .*/address = 0.0.0.0:2525/" "$T/b.ini" >"$T/open.ini"
ends "$T/open.ini"
ok "an open relay: exit 78" same 78 "$CODE"
ok "an open relay: in words" has "$T/said" "open.ini:2: address: 0.0.0.0:2525"
