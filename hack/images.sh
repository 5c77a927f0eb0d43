# To be sourced in the root folder after hack/operand.sh: builds the images of the operator and of its operand, and puts them into the
# registry of the test cluster, whose environment the caller has.

. hack/names.sh
out=$PWD/_out
mkdir -p "$out"

build_tools() { go -C hack/image build -o "$out/image" .; }

build_operator() { # VERSION
	VERSION=$1 OPERATOR_IMAGE=$OPERATOR:$1 hack/image.sh "$out/operator-$1.tar" "$out/$1"
}

push_operator() { # VERSION
	"$out/image" push --archive "$out/operator-$1.tar" --to "$CLUSTER_REGISTRY" --as "$OPERATOR:$1" --insecure >"$out/operator-$1.ref"
}

pack_operand() { # BINARY NAME ARCHIVE ARGUMENTS...
	"$out/image" build --name "$2" --entrypoint /usr/local/bin/zot --user 65532:65532 --file "/usr/local/bin/zot=$1" \
		--output "$3" "${@:4}"
	"$out/image" push --archive "$3" --to "$CLUSTER_REGISTRY" --as "$2" --insecure >/dev/null
}

push_operand() {
	rm -f "$out/operand-next.tag"
	local binary=${ZOT_BIN:-}
	if [[ -z $binary && -e ${ZOT_IMAGE:-} ]]; then
		hack/cluster.sh load "$(realpath "$ZOT_IMAGE")" "$OPERAND_IMAGE"
		return
	elif [[ -n ${ZOT_IMAGE:-} && -z $binary ]]; then
		"$out/image" pull --reference "$ZOT_IMAGE" --name "$OPERAND_IMAGE" --output "$out/operand.tar"
		"$out/image" push --archive "$out/operand.tar" --to "$CLUSTER_REGISTRY" --as "$OPERAND_IMAGE" --insecure >/dev/null
		return
	fi
	if [[ -z $binary ]]; then
		binary=$out/stand-in
		CGO_ENABLED=0 go -C test/operand build -trimpath -ldflags '-s -w' -o "$binary" .
	fi
	pack_operand "$binary" "$OPERAND_IMAGE" "$out/operand.tar"
	# The same program in an image of another digest, to roll to.
	pack_operand "$binary" "$OPERAND_IMAGE-next" "$out/operand-next.tar" --label next=true
	printf '%s' "${OPERAND_IMAGE#*:}-next" >"$out/operand-next.tag"
}
