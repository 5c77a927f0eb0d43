package main

import (
	"errors"
	"flag"
	"fmt"
	"strings"

	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/resources"
	"github.com/zot-artifact-store/operator/pkg/version"
)

// options are the process' settings, read once from flags and environment.
type options struct {
	metricsAddress, probeAddress string
	webhookPort                  int
	leaderElection               bool
	selfManagedCertificates      bool
	webhooks                     bool
	verbosity                    int
	namespace                    string
	watchNamespaces              []string
	agentImage                   string
	zotImage                     string
	defaults                     defaults.Operator
	// proxy is the way out of the cluster, as OLM tells it on OpenShift.
	proxy resources.Proxy
}

// parse reads the flags; what the installation decides comes from the environment, as OLM and kustomize can set it there.
func parse(flags *flag.FlagSet, args []string, getenv func(string) string) (options, error) {
	var o options
	flags.StringVar(&o.metricsAddress, "metrics-bind-address", ":8443", "address of the metrics, HTTPS with authentication; 0: none")
	flags.StringVar(&o.probeAddress, "health-probe-bind-address", ":8081", "address of /healthz and /readyz")
	flags.IntVar(&o.webhookPort, "webhook-port", 9443, "port of the admission webhooks")
	flags.BoolVar(&o.webhooks, "webhooks", true, "serve admission webhooks")
	flags.BoolVar(&o.leaderElection, "leader-elect", false, "let one of several replicas lead")
	flags.BoolVar(&o.selfManagedCertificates, "self-managed-certificates", false,
		"make and rotate the webhooks' certificate (where neither OLM nor cert-manager does)")
	flags.IntVar(&o.verbosity, "v", 0, "log verbosity: 0 or 1")
	if err := flags.Parse(args); err != nil {
		return options{}, err
	}
	o.namespace = getenv("POD_NAMESPACE")
	for namespace := range strings.SplitSeq(getenv("WATCH_NAMESPACE"), ",") {
		if namespace = strings.TrimSpace(namespace); namespace != "" {
			o.watchNamespaces = append(o.watchNamespaces, namespace)
		}
	}
	o.agentImage = getenv("AGENT_IMAGE")
	if o.agentImage == "" {
		o.agentImage = version.AgentImage + ":" + version.Version
	}
	var err error
	if o.proxy, err = proxyOf(getenv); err != nil {
		return options{}, err
	}
	o.defaults = defaults.Upstream()
	if image := getenv("RELATED_IMAGE_ZOT"); image != "" {
		ref, err := split(image)
		if err != nil {
			return options{}, fmt.Errorf("environment RELATED_IMAGE_ZOT: %w", err)
		}
		o.defaults.ZotImage = ref
	}
	o.zotImage = o.defaults.ZotImage.Repository + ":" + o.defaults.ZotImage.Tag
	if digest := o.defaults.ZotImage.Digest; digest != "" {
		o.zotImage += "@" + digest
	}
	if o.namespace == "" && (o.leaderElection || o.selfManagedCertificates) {
		return options{}, errors.New("environment POD_NAMESPACE is empty: the operator keeps its lease and its certificate there")
	}
	return o, nil
}

// split takes repository, tag and digest apart.
func split(image string) (defaults.ImageRef, error) {
	name, digest, digested := strings.Cut(image, "@")
	at := strings.LastIndex(name, ":")
	if digested && (at < 0 || strings.Contains(name[at:], "/")) {
		return defaults.ImageRef{}, fmt.Errorf("%q has a digest and no tag, which tells the operator the version of zot: "+
			"write repository:tag, or repository:tag@digest", image)
	}
	if at <= 0 || at == len(name)-1 || strings.Contains(name[at:], "/") {
		return defaults.ImageRef{}, fmt.Errorf("%q is not of the form repository:tag or repository:tag@digest", image)
	}
	// A store's spec takes no other one.
	if digested && !defaults.IsDigest(digest) {
		return defaults.ImageRef{}, fmt.Errorf("%q has no digest behind the @: write sha256: and 64 digits or letters from a to f",
			image)
	}
	return defaults.ImageRef{Repository: name[:at], Tag: name[at+1:], Digest: digest}, nil
}
