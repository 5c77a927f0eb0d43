package main

import (
	"errors"
	"flag"
	"fmt"
	"strings"

	"github.com/zot-artifact-store/operator/pkg/defaults"
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
	o.defaults = defaults.Upstream()
	if image := getenv("RELATED_IMAGE_ZOT"); image != "" {
		ref, err := split(image)
		if err != nil {
			return options{}, fmt.Errorf("environment RELATED_IMAGE_ZOT: %w", err)
		}
		o.defaults.ZotImage = ref
	}
	o.zotImage = o.defaults.ZotImage.Repository + ":" + o.defaults.ZotImage.Tag
	if o.namespace == "" && (o.leaderElection || o.selfManagedCertificates) {
		return options{}, errors.New("environment POD_NAMESPACE is empty: the operator keeps its lease and its certificate there")
	}
	return o, nil
}

// split takes repository and tag apart.
func split(image string) (defaults.ImageRef, error) {
	at := strings.LastIndex(image, ":")
	if at < 0 || strings.Contains(image[at:], "/") || strings.Contains(image, "@") {
		return defaults.ImageRef{}, fmt.Errorf("%q is not of the form repository:tag", image)
	}
	return defaults.ImageRef{Repository: image[:at], Tag: image[at+1:]}, nil
}
