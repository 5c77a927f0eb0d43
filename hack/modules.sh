# To be sourced in the root folder: the Go modules of the repository, as folders.

# modules prints all of them, the root first.
modules() {
	git ls-files --cached --others --exclude-standard -- go.mod '*/go.mod' | xargs -n1 dirname | sort
}

# own_modules prints those that hold code of ours worth vetting. The others pin the versions of programs that others wrote and
# hold a main package each, or none; to vet them is to compile Kubernetes, or cert-manager, once more.
own_modules() {
	local module
	for module in $(modules); do
		case $module in
		hack/tools/lint | hack/tools/opm | test/servers/olm | test/cluster/kubernetes | test/cluster/node | test/cluster/dns | test/servers | test/servers/certmanager) continue ;;
		esac
		if [[ -n $(git ls-files --cached --others --exclude-standard -- "$module/*.go") ]]; then
			printf '%s\n' "$module"
		fi
	done
}
