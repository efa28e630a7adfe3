#!/bin/sh
# layers.sh LAYER...: each #include of a layer names one it may include
# (LAYER_name in the environment lists them), and foreign headers stay with
# the layer they belong to.
failed=0
complain() { echo "$*"; failed=1; }

for layer; do
	eval "may=\$LAYER_$layer"
	for file in src/"$layer"/*.[ch]; do
		for include in $(sed -n 's/^#include "\([a-z]*\)\/.*/\1/p' "$file"); do
			case " $may " in
			*" $include "*) ;;
			*) complain "$file: $layer must not include $include" ;;
			esac
		done
		grep -n '^#include "[^/]*"' "$file" &&
			complain "$file: an include names its layer"
	done
done

# only HEADER-PATTERN FILES: elsewhere the header must not be included.
only() {
	pattern=$1; shift
	for file in src/*/*.[ch]; do
		case " $* " in *" ${file%/*}/*${file##*.} "*) continue ;; esac
		if grep -qE "^#include <$pattern>" "$file"; then
			complain "$file: <$pattern> does not belong here"
		fi
	done
}
only 'uv\.h' 'src/net/*c' 'src/net/*h'
only 'bearssl\.h' 'src/tls/*c'
only 'bearssl_(hash|hmac)\.h' 'src/sasl/*c' 'src/oauth/*c'
only 'bearssl_(x509|ssl|rsa|ec|pem)\.h' 'src/tls/*c'
only 'curl/curl\.h' 'src/oauth/*c'
only 'cjson/cJSON\.h' 'src/oauth/*c'
only 'ini\.h' 'src/config/*c'
[ $failed -eq 0 ] && echo "layers: each includes only what it may"
exit $failed
