package validation

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/version"
)

// warning tells what is accepted and works, but not as somebody may think.
type warning struct {
	name  string
	check func(Input) string
}

var warnings = slices.Concat(workloadWarnings, extensionWarnings, exposureWarnings, storageWarnings, changeWarnings)

var workloadWarnings = []warning{
	{"paused", warnPaused},
	{"image-tag-moves", warnMovingTag},
	{"image-tag-and-digest", warnTagAndDigest},
	{"image-never-pulled", warnNeverPulled},
	{"image-minimal", warnMinimalImage},
	{"http-port-privileged", warnPrivilegedPort},
	{"http-tls-off", warnTLSOff},
	{"replicas-share", warnReplicas},
}

var extensionWarnings = []warning{
	{"keycloak-without-external-url", warnNoWayBack},
	{"keycloak-unencrypted", warnPlainKeycloak},
	{"sbom-second-format", warnSecondFormat},
	{"signing-without-sign-in", warnForgedTrust},
}

// Warnings tells what is accepted but may surprise, and errors that are accepted because the stored object has them already. It
// says nothing about an object that is being deleted.
func Warnings(in Input) []string {
	if in.New == nil || in.New.DeletionTimestamp != nil {
		return nil
	}
	_, known := judge(in)
	var out []string
	for _, err := range known {
		out = append(out, err.Error()+" (accepted, because the stored object says so already)")
	}
	for _, w := range warnings {
		if message := w.check(in); message != "" {
			out = append(out, message)
		}
	}
	return out
}

func warnPaused(in Input) string {
	if !defaults.Paused(*in.spec()) {
		return ""
	}
	return "spec.paused: until it is false again nothing of this store is changed or mended, whatever else the spec asks for"
}

// warnReplicas says what several replicas are not.
func warnReplicas(in Input) string {
	if !defaults.Clustered(*in.spec()) || in.cache() == nil {
		return ""
	}
	return fmt.Sprintf("spec.replicas: each repository is served by one of the %d pods, and answers with errors while that one is away;"+
		" nothing collects what is deleted, and each change of the number stops all pods for a moment: see docs/high-availability.md",
		*in.spec().Replicas)
}

// movingTag are names that projects give to their newest image, and versions that are not complete.
var movingTag = regexp.MustCompile(`^(latest|stable|edge|nightly|main|master|dev|v?\d+(\.\d+)?)$`)

func warnMovingTag(in Input) string {
	image := value(in.spec().Image)
	if image.Digest != "" || !movingTag.MatchString(image.Tag) {
		return ""
	}
	return fmt.Sprintf("spec.image.tag: %q may name another zot tomorrow, so that a new pod can be an upgrade or a downgrade, and"+
		" the operator cannot tell which version runs; write a version, for example %s", image.Tag, version.OperandTag)
}

// warnTagAndDigest is silent about the pair that admission has written itself, now or when the object was stored.
func warnTagAndDigest(in Input) string {
	image := value(in.spec().Image)
	if image.Tag == "" || image.Digest == "" || image.Tag == in.Operator.ZotImage.Tag && image.Digest == in.Operator.ZotImage.Digest {
		return ""
	}
	if in.Old != nil {
		if old := value(in.Old.Spec.Image); old.Tag == image.Tag && old.Digest == image.Digest {
			return ""
		}
	}
	return fmt.Sprintf("spec.image.digest: the digest decides what runs; the tag %s only tells the operator which version that is, and"+
		" must be changed together with it", image.Tag)
}

func warnNeverPulled(in Input) string {
	if value(in.spec().Image).PullPolicy != "Never" {
		return ""
	}
	return "spec.image.pullPolicy: with Never the pod starts only on nodes that have the image already"
}

// warnMinimalImage knows zot's second image by its name.
func warnMinimalImage(in Input) string {
	repository := value(in.spec().Image).Repository
	spec := *in.spec()
	used := defaults.MetricsOn(spec) || defaults.SearchOn(spec) || defaults.ScrubOn(spec) || defaults.SyncOn(spec)
	if !strings.HasSuffix(repository, "-minimal") || !used {
		return ""
	}
	return fmt.Sprintf("spec.image.repository: %s is zot without extensions, so that spec.extensions has no effect; write %s for"+
		" them", repository, strings.TrimSuffix(repository, "-minimal"))
}

func warnPrivilegedPort(in Input) string {
	port := value(in.spec().HTTP).Port
	if port == nil || *port < 1 || *port >= 1024 {
		return ""
	}
	return fmt.Sprintf("spec.http.port: zot does not run as root, and not every node lets it listen on %d; a port from 1024 works"+
		" everywhere", *port)
}

func warnTLSOff(in Input) string {
	if tls := value(in.spec().HTTP).TLS; value(tls).CertSecretName == "" || defaults.TLSOn(*in.spec()) {
		return ""
	}
	return "spec.http.tls: a certificate is named, but enabled is false, so that zot serves plain HTTP"
}

// warnNoWayBack is about people whose browser is sent back to an address that it cannot reach.
func warnNoWayBack(in Input) string {
	spec := *in.spec()
	found := spec.ExternalURL != "" || defaults.RouteOn(spec) || defaults.IngressOn(spec) || in.service().Type == loadBalancer
	if !defaults.RBACOn(spec) || found {
		return ""
	}
	return "spec.extensions.rbac: who has signed in with Keycloak is sent back to the registry's Service, which browsers outside of the" +
		" cluster do not reach; write the address that people type to spec.externalURL, or set spec.networking.route or ingress"
}

func warnPlainKeycloak(in Input) string {
	if !defaults.RBACOn(*in.spec()) || in.keycloak() == nil || !strings.HasPrefix(in.keycloak().URL, "http://") {
		return ""
	}
	return "spec.extensions.rbac.keycloak.url: over http passwords and tokens travel unencrypted; write https:// if the server has a" +
		" certificate"
}

func warnSecondFormat(in Input) string {
	if !defaults.SBOMOn(*in.spec()) || len(value(in.supplyChain().SBOM).Formats) < 2 {
		return ""
	}
	formats := in.supplyChain().SBOM.Formats
	return fmt.Sprintf("spec.extensions.supplychain.sbom.formats: zot makes one format, the first one (%s); bills in %s are kept"+
		" when somebody pushes them beside an image", formats[0], formats[1])
}

// warnForgedTrust is about zot's own door: who may not be told from an administrator may upload keys.
func warnForgedTrust(in Input) string {
	if !defaults.SigningOn(*in.spec()) || defaults.SignInOn(*in.spec()) {
		return ""
	}
	return "spec.extensions.supplychain.signing: without sign-in everybody who reaches the registry may upload a key that it then" +
		" trusts, so that what it shows as trusted proves nothing; set spec.auth.htpasswd"
}
