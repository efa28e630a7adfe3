# Perl's Net::SMTP as the device: what scripts and smtp-cli speak with.
. "$(dirname "$0")/lib.sh"
. "$HERE/clients.sh"
need perl

cat >"$T/perl" <<'PERL'
use strict;
use warnings;
use Authen::SASL "Perl";
use Net::SMTP;

my ($port, $me, $path, $how, $piece, @to) = @ARGV;
open(my $file, "<:raw", $path) or die "$path: $!\n";
my $content = do { local $/; <$file> };
my $smtp = Net::SMTP->new("127.0.0.1", Port => $port, Hello => "copier",
    Timeout => 60) or die "no connection: $@\n";

sub must {
	my ($what, $went_well) = @_;
	return if $went_well;
	print STDERR "$what: ", $smtp->code, " ", $smtp->message;
	$smtp->quit;
	exit 3;
}

must("auth", $smtp->auth(Authen::SASL->new(mechanism => $how,
    callback => { user => "copier", pass => "toner" }))) if $how ne "none";
must("mail", $smtp->mail($me, Bits => "8"));
must("recipient", $smtp->recipient(@to));
must("data", $smtp->data);
for (my $at = 0; $at < length($content); $at += $piece) {
	must("content", $smtp->datasend(substr($content, $at, $piece)));
}
must("end", $smtp->dataend);
must("quit", $smtp->quit);
PERL

# sends FILE MECHANISM PIECE RECIPIENT...: the content in pieces of so many
# octets, cut wherever that is.
sends() {
	file=$1; shift
	timeout 60 perl "$T/perl" "$LISTEN_PORT" "$ME" "$file" "$@"
}

start_relay
ok "it sends" sends "$T/scan" none 65536 boss@example.com
ok "all arrives" arrives "$T/scan"
ok "it sends text with LF" sends "$T/scan.lf" none 65536 boss@example.com
ok "all of that arrives" arrives "$T/scan"
for piece in 1 7; do
	ok "it sends in pieces of $piece" sends "$T/scan" none $piece \
		boss@example.com
	ok "all pieces of $piece arrive" arrives "$T/scan"
done
ok "it sends to two" sends "$T/large" none 1000 \
	boss@example.com desk@example.com
ok "it arrives for two" arrives "$T/large" boss@example.com desk@example.com
for how in PLAIN LOGIN; do
	ok "it logs in with $how" logged_in sends "$T/scan" $how 65536 \
		boss@example.com
	ok "all arrives after $how" arrives "$T/scan"
done
ok "it tells a refusal" refused 3 sends "$T/scan" none 65536 bad@example.com
ok "the refused one is the recipient" has "$T/refused" "recipient: 550"
start_refuser
ok "it tells one behind the dot" refused 3 sends "$T/scan" none 65536 \
	boss@example.com
ok "the refused one is the content" has "$T/refused" "end: 554"
nothing_odd
