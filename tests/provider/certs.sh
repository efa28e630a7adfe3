#!/bin/sh
# certs.sh DIR - makes throw-away certificates for the tests, in a second.
#
#   ca.pem          the trust anchor ("test root") the client is given
#   NAME.pem        a chain, leaf first; NAME.key the leaf's private key
#
#   good            EC leaf by an intermediate; names localhost, provider.test,
#                   127.0.0.1 and ::1
#   good-rsa        the same with an RSA 2048 leaf
#   wrong-name      names other.test only
#   expired         ended yesterday        not-yet     begins tomorrow
#   self-signed     its own issuer         other-ca    by a root nobody trusts
#   sha1            leaf signed with SHA-1 rsa1024     leaf key of 1024 bits
#   out-of-order    intermediates swapped behind the leaf, root in between
#   incomplete      the intermediate is missing
#   cn-only         the name stands in the subject's CN, no alternative names
#   client-eku      for client authentication only; fit to be a client's own
#   wildcard        names *.provider.test
#
# Every leaf but self-signed is issued below ca.pem or other-ca's own root.
# Keys are EC P-256 where their kind does not matter. Needs the openssl
# command, 1.1.1 or later. Files of these names in DIR are written anew.
set -eu
LC_ALL=C
export LC_ALL

dir=${1:?usage: certs.sh DIR}
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# openssl speaks only when it fails.
quietly() {
	"$@" 2>openssl.err || {
		cat openssl.err >&2
		exit 1
	}
}

day() { # day OFFSET: so many days from now, as openssl ca wants it
	date -u -d "$1 days" +%Y%m%d%H%M%SZ 2>/dev/null ||
		date -u -v "${1}d" +%Y%m%d%H%M%SZ 2>/dev/null ||
		date -u -d "@$(($(date +%s) + $1 * 86400))" +%Y%m%d%H%M%SZ
}

names='DNS:localhost,DNS:provider.test,IP:127.0.0.1,IP:::1'

cat >openssl.cnf <<END
[req]
distinguished_name = dn
prompt = no
[dn]
CN = test
[ca]
default_ca = issuer
[issuer]
dir = .
database = index.txt
rand_serial = yes
new_certs_dir = .
policy = any
unique_subject = no
default_md = sha256
email_in_dn = no
[any]
commonName = supplied
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = CA:FALSE
keyUsage = critical, digitalSignature, keyEncipherment
extendedKeyUsage = serverAuth
subjectAltName = $names
[other_name]
basicConstraints = CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = DNS:other.test
[no_names]
basicConstraints = CA:FALSE
extendedKeyUsage = serverAuth
[client]
basicConstraints = CA:FALSE
extendedKeyUsage = clientAuth
subjectAltName = $names
[wild]
basicConstraints = CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = DNS:*.provider.test
END

new_key() { # new_key NAME [rsa BITS]
	if [ "${2:-}" = rsa ]; then
		quietly openssl genpkey -algorithm RSA \
			-pkeyopt "rsa_keygen_bits:$3" -out "$1.key"
	else
		quietly openssl genpkey -algorithm EC \
			-pkeyopt ec_paramgen_curve:P-256 -out "$1.key"
	fi
}

# issue NAME CN ISSUER SECTION FROM TO [MORE...]: NAME.crt from NAME.key.
issue() {
	name=$1 cn=$2 issuer=$3 section=$4 from=$5 to=$6
	shift 6
	quietly openssl req -new -config openssl.cnf -key "$name.key" \
		-subj "/CN=$cn" -out "$name.csr"
	: >index.txt
	quietly openssl ca -batch -notext -config openssl.cnf \
		-cert "$issuer.crt" -keyfile "$issuer.key" \
		-extensions "$section" -startdate "$from" -enddate "$to" \
		"$@" -in "$name.csr" -out "$name.crt"
}

root() { # root NAME CN: a self-signed authority
	new_key "$1"
	quietly openssl req -new -x509 -config openssl.cnf -key "$1.key" \
		-subj "/CN=$2" -days 3650 -extensions authority \
		-out "$1.crt"
}

# leaf NAME CN SECTION [FROM TO MORE...]: by the intermediate, as a chain.
leaf() {
	name=$1
	[ -e "$name.key" ] || new_key "$name"
	issue "$name" "$2" middle "$3" "${4:-$past}" "${5:-$future}" \
		${6:+"$6" "$7"}
	cat "$name.crt" middle.crt >"$name.pem"
}

past=$(day -2)
yesterday=$(day -1)
tomorrow=$(day +1)
future=$(day +3000)

root root 'test root'
root other-root 'another root'
new_key upper
issue upper 'test upper' root authority "$past" "$future"
new_key middle
issue middle 'test issuer' root authority "$past" "$future"

leaf good localhost leaf
new_key good-rsa rsa 2048
leaf good-rsa localhost leaf
leaf wrong-name other.test other_name
leaf expired localhost leaf "$past" "$yesterday"
leaf not-yet localhost leaf "$tomorrow" "$future"
leaf sha1 localhost leaf "$past" "$future" -md sha1
new_key rsa1024 rsa 1024
leaf rsa1024 localhost leaf
leaf cn-only provider.test no_names
leaf client-eku localhost client
leaf wildcard wildcard wild

new_key lower
issue lower 'test lower' upper authority "$past" "$future"
new_key out-of-order
issue out-of-order localhost lower leaf "$past" "$future"
cat out-of-order.crt upper.crt root.crt lower.crt >out-of-order.pem

new_key incomplete
issue incomplete localhost middle leaf "$past" "$future"
cp incomplete.crt incomplete.pem

new_key other-ca
issue other-ca localhost other-root leaf "$past" "$future"
cat other-ca.crt other-root.crt >other-ca.pem

new_key self-signed
quietly openssl req -new -x509 -config openssl.cnf -key self-signed.key \
	-subj /CN=localhost -days 365 -extensions leaf -out self-signed.pem

cp root.crt ca.pem
chmod 600 -- *.key
for chain in *.pem; do
	name=${chain%.pem}
	case $name in
	ca) mv "$chain" "$dir" ;;
	[0-9A-F]*) ;; # the copies that openssl ca keeps
	*) mv "$chain" "$name.key" "$dir" ;;
	esac
done
