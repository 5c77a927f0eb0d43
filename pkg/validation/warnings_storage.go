package validation

import (
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
)

var storageWarnings = []warning{
	{"storage-size-is-for-metadata", warnMetadataSize},
	{"storage-size-small", warnSmallSize},
	{"storage-ephemeral", warnEphemeral},
	{"storage-ephemeral-size", warnEphemeralSize},
	{"storage-deleted-with-store", warnDeletion},
	{"s3-endpoint-unencrypted", warnPlainEndpoint},
	{"azure-service-unencrypted", warnPlainService},
	{"cache-secret-says-all", warnRedisURL},
	{"cache-keys-for-s3", warnSharedKeys},
	{"gc-off", warnGCOff},
	{"gc-delay-short", warnShortDelay},
	{"retention-dry-run", warnDryRun},
	{"retention-shadowed", warnShadowed},
	{"retention-keep-untagged-unused", warnUnusedKeepUntagged},
	{"log-shows-credential", warnLoggedCredential},
}

const (
	// usualSize is what a handful of images takes.
	usualSize = "1Gi"
	// usualPush is how long the push of a large image takes over a line that is not fast.
	usualPush = 10 * time.Minute
)

func (in Input) storage() v1alpha1.StorageSpec { return value(in.spec().Storage) }

// warnMetadataSize is silent about the default, which admission writes into the object itself.
func warnMetadataSize(in Input) string {
	storage := in.storage()
	if !defaults.ObjectStore(storage) || storage.Size == nil || storage.Size.Cmp(resource.MustParse(defaults.MetadataSize)) <= 0 {
		return ""
	}
	return fmt.Sprintf("spec.storage.size: with type %s artifacts are in the object store; the volume of %s holds only zot's"+
		" metadata, for which %s mostly suffice", storage.Type, text(storage.Size), defaults.MetadataSize)
}

func warnSmallSize(in Input) string {
	storage := in.storage()
	if defaults.ObjectStore(storage) || storage.Size == nil || storage.Size.Cmp(resource.MustParse(usualSize)) >= 0 {
		return ""
	}
	return fmt.Sprintf("spec.storage.size: a few images fill %s, and nothing can be pushed then", text(storage.Size))
}

// warnEphemeral is silent where nothing is lost: artifacts in an object store, and what zot knows about them in a database.
func warnEphemeral(in Input) string {
	storage := in.storage()
	switch {
	case !defaults.Ephemeral(storage) || defaults.ObjectStore(storage) && storage.Cache != nil:
		return ""
	case defaults.ObjectStore(storage):
		return "spec.storage.ephemeral: API keys, preferences and what zot counts are gone when the pod is; artifacts stay in the object" +
			" store. With spec.storage.cache all stays"
	}
	return "spec.storage.ephemeral: every artifact is gone when the pod is, also after an update or when a node is drained"
}

func warnEphemeralSize(in Input) string {
	storage := in.storage()
	if !defaults.Ephemeral(storage) || storage.Size == nil {
		return ""
	}
	return fmt.Sprintf("spec.storage.size: with ephemeral it is a limit: a pod that keeps more than %s is ended by its node, and"+
		" everything in it is gone", text(storage.Size))
}

func warnDeletion(in Input) string {
	if in.storage().DeletionPolicy != v1alpha1.DeletionDelete {
		return ""
	}
	what := "with all artifacts"
	if defaults.ObjectStore(in.storage()) {
		what = "with API keys and preferences; the object store is not touched"
	}
	return "spec.storage.deletionPolicy: with Delete the volume goes when the store is deleted, " + what
}

func warnPlainEndpoint(in Input) string {
	got := value(in.storage().S3).Endpoint
	if u, err := endpoint(got); got == "" || err != nil || u.Scheme != "http" {
		return ""
	}
	return fmt.Sprintf("spec.storage.s3.endpoint: over http artifacts travel unencrypted between zot and %s; write https:// if the"+
		" server has a certificate", got)
}

func warnPlainService(in Input) string {
	got := value(in.storage().Azure).ServiceURL
	if u, err := blobService(got); got == "" || err != nil || u.Scheme != "http" {
		return ""
	}
	return fmt.Sprintf("spec.storage.azure.serviceURL: over http artifacts travel unencrypted between zot and %s; write https:// if the"+
		" server has a certificate", got)
}

func warnRedisURL(in Input) string {
	redis := in.redis()
	if value(in.cache()).Redis == nil || redis.Address != "" || redis.Database == nil && redis.TLS == nil {
		return ""
	}
	return "spec.storage.cache.redis: without address the url in the Secret says everything, also database and tls, and what stands here" +
		" of them has no effect"
}

func warnSharedKeys(in Input) string {
	if in.dynamo().CredentialsSecret == "" || in.storage().Type != v1alpha1.StorageS3 {
		return ""
	}
	return "spec.storage.cache.dynamodb.credentialsSecret: zot has one identity at Amazon, so that these keys are used for the bucket," +
		" too; they must be allowed to use it"
}

func warnGCOff(in Input) string {
	gc := in.storage().GC
	if gc == nil || defaults.Enabled(gc.Enabled) {
		return ""
	}
	message := "spec.storage.gc: without garbage collection nothing is ever removed, not even what nobody can pull any more"
	if in.storage().Retention != nil {
		message += "; spec.storage.retention has no effect"
	}
	return message
}

func warnShortDelay(in Input) string {
	for _, field := range []struct {
		path  string
		delay v1alpha1.Duration
	}{
		{"spec.storage.gc.delay", value(in.storage().GC).Delay},
		{"spec.storage.retention.delay", in.retention().Delay},
	} {
		if d, err := time.ParseDuration(string(field.delay)); err == nil && d < usualPush {
			return fmt.Sprintf("%s: a push that takes longer than %s loses what it has brought so far; %s is a safe value",
				field.path, field.delay, defaults.FilesystemGCDelay)
		}
	}
	return ""
}

func warnDryRun(in Input) string {
	if !value(in.retention().DryRun) {
		return ""
	}
	return "spec.storage.retention.dryRun: nothing is removed, zot only logs what would be"
}

// warnShadowed names the first pattern that an earlier policy leaves nothing.
func warnShadowed(in Input) string {
	var earlier []string
	for i, policy := range in.retention().Policies {
		for _, pattern := range policy.Repositories {
			for _, wide := range earlier {
				if fitsAll(wide, pattern) {
					return fmt.Sprintf("spec.storage.retention.policies[%d].repositories: %s has no effect, as an earlier policy has %s"+
						" and the first one that fits a repository holds, alone; put narrow patterns first", i, pattern, wide)
				}
			}
		}
		earlier = append(earlier, policy.Repositories...)
	}
	return ""
}

// fitsAll says whether the wide pattern fits every name that the other one fits, as far as that is plain to see.
func fitsAll(wide, pattern string) bool {
	below, deep := strings.CutSuffix(wide, "/**")
	return wide == "**" || wide == pattern ||
		deep && !strings.ContainsAny(below, "*?") && (pattern == below || strings.HasPrefix(pattern, below+"/"))
}

func warnUnusedKeepUntagged(in Input) string {
	for i, policy := range in.retention().Policies {
		if policy.KeepUntagged != nil && !defaults.Enabled(policy.DeleteUntagged) {
			return fmt.Sprintf("spec.storage.retention.policies[%d].keepUntagged: with deleteUntagged: false all manifests without tag are"+
				" kept, and the rule has no effect", i)
		}
	}
	return ""
}

// warnLoggedCredential is silent about the default, which is lower there.
func warnLoggedCredential(in Input) string {
	level := value(in.spec().Log).Level
	if level != "info" && level != "debug" || !defaults.LogsCredential(value(in.spec().Storage)) {
		return ""
	}
	return fmt.Sprintf("spec.log.level: at level %s zot writes the account key of Azure, or the URL of the redis with its password, into"+
		" its log when it starts; leave the level out, write warn, or give Azure a service principal", level)
}
