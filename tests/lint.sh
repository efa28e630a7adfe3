#!/bin/sh
# lint.sh: what can be said of the source without running it. Silent when
# there is nothing to say.
failed=0
complain() { echo "$*"; failed=1; }
sources=$(ls src/*/*.[ch] tests/*/*.[ch])

# No function over 60 lines (the body, its braces included).
long=$(awk 'FNR == 1 { begun = 0 }
	/^{/ { begun = FNR }
	/^}/ { if (begun && FNR - begun + 1 > 60)
		print FILENAME ":" begun ": a function of " FNR - begun + 1 " lines"
		begun = 0 }' $sources)
[ -z "$long" ] || complain "$long"

# Calls that have no bound, or hidden state.
banned='\b(strcpy|strcat|sprintf|vsprintf|gets|strtok|asctime|ctime|gmtime|localtime|atoi|atol|system|popen|alloca)\('
hits=$(grep -nE "$banned" src/*/*.[ch])
[ -z "$hits" ] || complain "$hits"
hits=$(grep -nE '\b(TODO|FIXME|XXX)\b|//[^:]*$' src/*/*.[ch] | grep -v 'https\?://')
[ -z "$hits" ] || complain "$hits"

# The format is what clang-format makes of it.
if command -v clang-format >/dev/null 2>&1; then
	hits=$(clang-format --dry-run $sources 2>&1 | grep 'warning:')
	[ -z "$hits" ] || complain "$hits"
else
	complain "clang-format is missing (contrib/deps check)"
fi
exit $failed
