package validation

import (
	"fmt"
	"regexp"
	"slices"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/version"
)

// warning tells what is accepted and works, but not as somebody may think.
type warning struct {
	name  string
	check func(v1alpha1.ZotArtifactStoreSpec) string
}

var warnings = []warning{
	{"image-tag-moves", warnMovingTag},
	{"image-never-pulled", warnNeverPulled},
	{"http-port-privileged", warnPrivilegedPort},
	{"s3api-not-provided", warnS3API},
	{"rbac-not-provided", warnRBAC},
	{"sbom-not-provided", warnSBOM},
	{"sbom-second-format", warnSecondFormat},
	{"route-without-sign-in", warnOpenRoute},
	{"access-for-nobody", warnAccessForNobody},
	{"storage-size-is-for-metadata", warnMetadataSize},
	{"s3-endpoint-unencrypted", warnPlainEndpoint},
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
		if message := w.check(in.New.Spec); message != "" {
			out = append(out, message)
		}
	}
	return out
}

// movingTag are names that projects give to their newest image, and versions that are not complete.
var movingTag = regexp.MustCompile(`^(latest|stable|edge|nightly|main|master|dev|v?\d+(\.\d+)?)$`)

func warnMovingTag(spec v1alpha1.ZotArtifactStoreSpec) string {
	tag := value(spec.Image).Tag
	if !movingTag.MatchString(tag) {
		return ""
	}
	return fmt.Sprintf("spec.image.tag: %q may name another zot tomorrow, so that a new pod can be an upgrade or a downgrade, and"+
		" the operator cannot tell which version runs; write a version, for example %s", tag, version.OperandTag)
}

func warnNeverPulled(spec v1alpha1.ZotArtifactStoreSpec) string {
	if value(spec.Image).PullPolicy != "Never" {
		return ""
	}
	return "spec.image.pullPolicy: with Never the pod starts only on nodes that have the image already"
}

func warnPrivilegedPort(spec v1alpha1.ZotArtifactStoreSpec) string {
	port := value(spec.HTTP).Port
	if port == nil || *port < 1 || *port >= 1024 {
		return ""
	}
	return fmt.Sprintf("spec.http.port: zot does not run as root, and not every node lets it listen on %d; a port from 1024 works"+
		" everywhere", *port)
}

// notProvided is said of extensions that the API has and this version of the operator does not.
func notProvided(on bool, path string) string {
	if !on {
		return ""
	}
	return path + ": accepted, but this version of the operator does not provide it yet; status.conditions[" +
		v1alpha1.ConditionExtensionsReady + "] says so"
}

func warnS3API(spec v1alpha1.ZotArtifactStoreSpec) string {
	return notProvided(defaults.S3APIOn(spec), "spec.extensions.s3api")
}

func warnRBAC(spec v1alpha1.ZotArtifactStoreSpec) string {
	message := notProvided(defaults.RBACOn(spec), "spec.extensions.rbac")
	if message != "" {
		message += ". Until then no zot is started, as without sign-in the registry would be open to everybody; write enabled: false to" +
			" run it so"
	}
	return message
}

func warnSBOM(spec v1alpha1.ZotArtifactStoreSpec) string {
	return notProvided(defaults.SBOMOn(spec), "spec.extensions.supplychain.sbom")
}

func warnSecondFormat(spec v1alpha1.ZotArtifactStoreSpec) string {
	if !defaults.SBOMOn(spec) || len(spec.Extensions.SupplyChain.SBOM.Formats) < 2 {
		return ""
	}
	formats := spec.Extensions.SupplyChain.SBOM.Formats
	return fmt.Sprintf("spec.extensions.supplychain.sbom.formats: zot makes one format, the first one (%s); bills in %s are kept"+
		" when somebody pushes them beside an image", formats[0], formats[1])
}

// anonymousMayWrite says, of a store without sign-in, whether everybody may change something.
func anonymousMayWrite(spec v1alpha1.ZotArtifactStoreSpec) bool {
	if spec.AccessControl == nil {
		return true
	}
	for _, rule := range spec.AccessControl.Repositories {
		if slices.ContainsFunc(rule.AnonymousPolicy, func(a v1alpha1.AccessAction) bool { return a != "read" }) {
			return true
		}
	}
	return false
}

func warnOpenRoute(spec v1alpha1.ZotArtifactStoreSpec) string {
	if !defaults.RouteOn(spec) || defaults.RBACOn(spec) || !anonymousMayWrite(spec) {
		return ""
	}
	return "spec.networking.route: the registry asks nobody to sign in, so everybody who reaches the Route may push, overwrite or" +
		" delete images; restrict spec.accessControl to read, or leave the Route out"
}

// warnAccessForNobody is about rules that leave nothing to anybody, as long as there is no sign-in.
func warnAccessForNobody(spec v1alpha1.ZotArtifactStoreSpec) string {
	if spec.AccessControl == nil || defaults.RBACOn(spec) || slices.ContainsFunc(spec.AccessControl.Repositories,
		func(rule v1alpha1.RepositoryAccess) bool { return len(rule.AnonymousPolicy) > 0 }) {
		return ""
	}
	return "spec.accessControl: no rule lets anybody do anything, so nobody can pull or push; give a rule an anonymousPolicy, for" +
		" example pattern ** with [read]"
}

// warnMetadataSize is silent about the default, which admission writes into the object itself.
func warnMetadataSize(spec v1alpha1.ZotArtifactStoreSpec) string {
	storage := value(spec.Storage)
	if storage.Type == "" || storage.Type == v1alpha1.StorageFilesystem || storage.Size == nil ||
		storage.Size.Cmp(resource.MustParse(defaults.MetadataSize)) <= 0 {
		return ""
	}
	return fmt.Sprintf("spec.storage.size: with type %s artifacts are in the object store; the volume of %s holds only zot's"+
		" metadata, for which %s mostly suffice", storage.Type, text(storage.Size), defaults.MetadataSize)
}

func warnPlainEndpoint(spec v1alpha1.ZotArtifactStoreSpec) string {
	got := value(value(spec.Storage).S3).Endpoint
	if u, err := endpoint(got); got == "" || err != nil || u.Scheme != "http" {
		return ""
	}
	return fmt.Sprintf("spec.storage.s3.endpoint: over http artifacts travel unencrypted between zot and %s; write https:// if the"+
		" server has a certificate", got)
}
