# Behind a load balancer: its PROXY header tells whose connection it is, and is
# believed of the balancers that are named alone.
. "$(dirname "$0")/lib.sh"

start_provider p --cert "$CERTS/good.pem" --key "$CERTS/good.key" \
	--tls implicit --strict
write_config "$T/a.ini" <<-X
tls = implicit
[device copier]
client = 192.0.2.17
redirect = boss@example.com
X
sed 's/^address = .*/&\nallow = 192.0.2.0\/24, 127.0.0.2\nproxy_protocol = 127.0.0.1, ::1/' \
	"$T/a.ini" >"$T/b.ini"
start_smtpseal "$T/b.ini"

# behind SOURCE HEADER: what is heard after the header, an EHLO and a message.
behind() {
	timeout 60 python3 - "$LISTEN_PORT" "$1" "$2" >"$T/heard" <<-'X'
	import socket, sys
	port, source, header = int(sys.argv[1]), sys.argv[2], sys.argv[3]
	s = socket.create_connection(("127.0.0.1", port), 20, (source, 0))
	header = header.encode("latin-1").decode("unicode_escape").encode("latin-1")
	try:
	    for octet in header:
	        s.sendall(bytes([octet]))
	except OSError:
	    pass  # it hung up on us: what it said is read below
	f = s.makefile("rb")
	for line in ("", "HELO x", "MAIL FROM:<a@b.example>", "RCPT TO:<x@y.example>", "QUIT"):
	    try:
	        if line:
	            s.sendall(line.encode() + b"\r\n")
	        heard = f.readline()
	    except OSError:
	        heard = b""  # it hung up before it read all
	    print(heard.decode("latin-1").rstrip())
	    if not heard:
	        break
	X
}

V2='\r\n\r\n\0\r\nQUIT\n'

behind 127.0.0.1 'PROXY TCP4 192.0.2.17 192.0.2.1 40000 25\r\n'
ok "version 1: let in" has "$T/heard" "221 2.0.0"
ok "version 1: it is that device" until_has "$T/p.log" "RCPT TO:<boss@example.com>"
behind 127.0.0.1 "$V2"'\x21\x11\0\x0c\xc0\0\2\x12\xc0\0\2\1\x9c\x40\0\x19'
ok "version 2: let in" has "$T/heard" "221 2.0.0"
ok "version 2: another device" until_has "$T/p.log" "RCPT TO:<x@y.example>"
behind 127.0.0.1 'PROXY TCP4 198.51.100.1 192.0.2.1 40000 25\r\n'
ok "an address that may not" has "$T/heard" "554 5.7.1"
behind 127.0.0.1 "$V2"'\x20\0\0\0'
ok "a health check of the balancer's own" has "$T/heard" "220 "
behind 127.0.0.1 'EHLO x\r\n'
ok "no header: nothing is said" same "" "$(cat "$T/heard")"
ok "no header: the log says why" has "$T/seal.log" event=no-proxy-header
behind 127.0.0.2 'PROXY TCP4 192.0.2.17 192.0.2.1 40000 25\r\n'
ok "not a balancer: not believed" has "$T/heard" "421 4.7.0"

ok "it ends in order" stop "$SEAL_PID"

# A real one: what it says in front of each connection, and of its own checks.
# By version 1 these come from itself, so it must be let in.
need haproxy
sed 's/^allow = .*/allow = 127.0.0.1, 127.0.0.2/' "$T/b.ini" >"$T/c.ini"
start_smtpseal "$T/c.ini" seal-behind
python3 "$HERE/message.py" make small "$T/small"
python3 "$HERE/message.py" make large "$T/large"

# balances NAME SERVER_OPTION...: a HAProxy at $FRONT, whose word is $T/NAME.sock.
balances() {
	name=$1; shift
	next_port
	FRONT=$PORT
	cat >"$T/$name.cfg" <<-X
	global
	    maxconn 50
	    stats socket $T/$name.sock
	defaults
	    mode tcp
	    timeout connect 5s
	    timeout client 20s
	    timeout server 20s
	listen smtp
	    bind 127.0.0.1:$FRONT
	    unique-id-format %pid-%rt
	    option smtpchk EHLO balancer
	    server relay 127.0.0.1:$LISTEN_PORT check inter 200ms $*
	X
	haproxy -db -f "$T/$name.cfg" >"$T/$name.log" 2>&1 &
	PIDS="$PIDS $!"
	until_true 10 healthy "$name"
}

# healthy NAME: it has checked the relay, and found it well.
healthy() {
	python3 -c 'import csv, socket, sys
s = socket.socket(socket.AF_UNIX); s.settimeout(20); s.connect(sys.argv[1])
s.sendall(b"show stat\n")
rows = csv.DictReader(s.makefile())
sys.exit(not any(r["svname"] == "relay" and r["check_status"] == "L7OK" and
                 r["status"] == "UP" for r in rows))' "$T/$1.sock"
}

# through FILE: a message by way of the balancer, from the address 127.0.0.2.
through() {
	timeout 60 python3 "$HERE/message.py" send "$FRONT,127.0.0.2" "$1" \
		scan@example.com boss@example.com
}
arrives() { cmp "$1" "$(ls "$T/p.store"/*.eml | tail -n 1)"; }
sent_by() { [ "$(grep -c "result=sent client=$1 " "$T/seal-behind.log")" = "$2" ]; }

told=0
for version in send-proxy send-proxy-v2 \
	"send-proxy-v2 proxy-v2-options crc32c,unique-id"; do
	told=$((told + 2))
	ok "haproxy: $version: it finds the relay well" \
		balances "haproxy-$told" "$version" check-send-proxy
	for file in small large; do
		ok "haproxy: $version: a $file message" through "$T/$file"
		ok "haproxy: $version: it arrives" arrives "$T/$file"
	done
	ok "haproxy: $version: the device is known" \
		until_true 10 sent_by 127.0.0.2 $told
done
ok "haproxy: its checks are no mistakes" \
	hasnt "$T/seal-behind.log" event=no-proxy-header
ok "it ends in order" stop "$SEAL_PID"
