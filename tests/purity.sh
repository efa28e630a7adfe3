#!/bin/sh
# purity.sh ARCHIVE LIST: the archive's undefined symbols are all on the list.
# Names that begin with two underscores are the compiler's and its sanitizers'.
archive=$1 list=$2
nm -g "$archive" | awk -v list="$list" '
	BEGIN {
		while ((getline line < list) > 0)
			if (line !~ /^#/ && line != "")
				allowed[line] = 1
	}
	NF == 2 && $1 == "U" { wanted[$2] = 1 }
	NF == 3 { defined[$3] = 1 }
	END {
		for (name in wanted) {
			sub(/@.*/, "", name)
			if (name in defined || name in allowed || name ~ /^__/)
				continue
			print "the core must not call " name
			failed = 1
		}
		if (!failed)
			print "purity: the core calls only what is listed"
		exit failed
	}'
