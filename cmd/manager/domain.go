package main

import (
	"os"
	"strings"
)

const resolverConfig = "/etc/resolv.conf"

// clusterDomain is what the names of Services end in, as the kubelet has told the pod's resolver; empty where it has not.
func clusterDomain(file string) string {
	config, err := os.ReadFile(file)
	if err != nil {
		return "" // On a machine without it, names end as they do by default.
	}
	for line := range strings.Lines(string(config)) {
		words := strings.Fields(line)
		if len(words) == 0 || words[0] != "search" {
			continue
		}
		for _, domain := range words[1:] {
			if domain, ok := strings.CutPrefix(domain, "svc."); ok {
				return strings.ToLower(strings.TrimSuffix(domain, "."))
			}
		}
	}
	return ""
}
