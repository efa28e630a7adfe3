# packages.sh - what Debian has and what cannot be installed here: mail servers
# and clients that conflict with Postfix; and what npm has. They are unpacked
# aside, once for all runs, and nothing of the system is changed. Sourced behind
# lib.sh.

PACKAGES=$TOP/build/packages

# download FOLDER PACKAGE...: as .deb files.
download() (
	cd "$1" && shift &&
	timeout 120 apt-get -q -o APT::Sandbox::User=root download "$@"
)

# unpack FOLDER PACKAGE...
unpack() {
	folder=$1; shift
	mkdir -p "$folder/debs"
	download "$folder/debs" "$@" || {
		# The lists may be older than what the mirror still has.
		timeout 200 apt-get -q update && download "$folder/debs" "$@"
	} || return 1
	for deb in "$folder/debs"/*.deb; do
		dpkg-deb -x "$deb" "$folder" || return 1
	done
	rm -rf "$folder/debs"
}

lacks_libraries() {
	LD_LIBRARY_PATH=$(libraries "$1") ldd "$1/$2" | grep -q 'not found'
}

libraries() { printf '%s' "$1/usr/lib/$(uname -m)-linux-gnu"; }

# libraries_of PACKAGE: those it needs and that are not installed.
libraries_of() {
	apt-cache depends --recurse --important --no-pre-depends "$1" |
		grep '^lib' | sort -u | while read -r library; do
		case $(dpkg-query -W -f '${db:Status-Status}' "$library" \
			2>/dev/null) in
		installed) ;;
		*) echo "$library" ;;
		esac
	done
}

# once FOLDER COMMAND...: the command fills $ASIDE, that folder, unless an
# earlier run did; without it the test cannot go on.
once() {
	need flock
	ASIDE=$PACKAGES/$1
	(umask 022; mkdir -p "$PACKAGES")
	(
		flock 9
		[ ! -e "$ASIDE/whole" ] || exit 0
		rm -rf "$ASIDE"
		umask 022
		shift
		mkdir "$ASIDE" && "$@" && : >"$ASIDE/whole"
	) 9>"$PACKAGES/$1.lock" >"$T/$1.aside" 2>&1 || {
		tail -n 40 "$T/$1.aside"
		skip "cannot have $1"
	}
}

# aside PACKAGE PROGRAM: unpacks the package, and what it lacks, once for all
# runs; sets ASIDE, its root. PROGRAM is a path in it.
aside() {
	need apt-get dpkg-deb ldd
	once "$1" unpack_whole "$@"
}

unpack_whole() {
	unpack "$ASIDE" "$1" || return 1
	if lacks_libraries "$ASIDE" "$2"; then
		# shellcheck disable=SC2046 # one word each
		unpack "$ASIDE" $(libraries_of "$1") || return 1
	fi
	! lacks_libraries "$ASIDE" "$2"
}

# ---- from npm ----

# npm_aside PACKAGE VERSION DATE: $ASIDE/node_modules has this version, and of
# all that it needs what was newest on that day. No script of theirs runs.
npm_aside() {
	need node npm
	once "$1-$2" npm_install "$@"
}

# The system's authorities are trusted, too: npm does not look at them by itself.
npm_install() {
	authorities=/etc/ssl/certs/ca-certificates.crt
	[ ! -f $authorities ] || export npm_config_cafile=$authorities
	timeout 200 npm install --prefix "$ASIDE" --cache "$ASIDE/cache" \
		--no-save --ignore-scripts --no-audit --no-fund \
		--before="$3" "$1@$2" && rm -rf "$ASIDE/cache"
}

# ---- from its source ----

# unpack_source PACKAGE: $ASIDE/source is its source, with Debian's patches.
# The lists of this system mostly do not tell of sources; those that it needs
# are fetched and go again.
unpack_source() (
	here=$ASIDE/apt
	mkdir -p "$here/lists/partial" "$here/archives/partial" &&
		cd "$ASIDE" || return 1
	[ -n "$(apt-cache madison "$1")" ] || timeout 100 apt-get -q update
	apt-cache madison "$1" | source_lists >apt/sources.list
	cat >apt/apt.conf <<-END
	APT::Sandbox::User "root";
	Dir::Cache "$here";
	Dir::State::Lists "$here/lists";
	Dir::Etc::SourceList "$here/sources.list";
	Dir::Etc::SourceParts "/dev/null";
	END
	timeout 100 apt-get -q -c apt/apt.conf update &&
		timeout 100 apt-get -q -c apt/apt.conf source "$1" &&
		mv "$1"-*/ source && rm -rf apt "$1"_*
)

# source_lists: where apt has packages becomes where it has their sources.
source_lists() {
	for keys in debian ubuntu; do
		keys=/usr/share/keyrings/$keys-archive-keyring.gpg
		[ ! -f "$keys" ] || break
	done
	sed -n "s,.*| \\([^ ]*\\) \\([^ ]*\\)/\\([^ /]*\\) [^ ]* Packages\$,deb-src \
[signed-by=$keys] \\1 \\2 \\3,p" | sort -u
}
