// Command coredns is CoreDNS with only the plugins that the cluster DNS of the test cluster uses.
package main

import (
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/coremain"
	_ "github.com/coredns/coredns/plugin/cache"      // answers are kept for their TTL
	_ "github.com/coredns/coredns/plugin/errors"     // failed queries in the log
	_ "github.com/coredns/coredns/plugin/health"     // liveness endpoint
	_ "github.com/coredns/coredns/plugin/hosts"      // tests override names of the outside
	_ "github.com/coredns/coredns/plugin/kubernetes" // Services and Pods
	_ "github.com/coredns/coredns/plugin/ready"      // readiness endpoint
	_ "github.com/coredns/coredns/plugin/reload"     // a changed Corefile applies without a restart
	_ "github.com/coredns/coredns/plugin/template"   // NXDOMAIN for names outside of the cluster
)

func main() {
	// The order in which plugins see a query. Other than in the released CoreDNS, template is the last: it refuses what nobody
	// else answers.
	dnsserver.Directives = []string{"reload", "ready", "health", "errors", "cache", "hosts", "kubernetes", "template"}
	coremain.Run()
}
