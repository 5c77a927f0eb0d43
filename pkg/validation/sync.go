package validation

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
)

var syncRules = []Rule{
	{"sync-registries", syncRegistries},
	{"sync-urls", syncURLs},
	{"sync-when", syncWhen},
	{"sync-content", syncContents},
	{"sync-tags", syncTags},
	{"sync-retries", syncRetries},
	{"sync-credentials", syncCredentials},
}

const (
	maxSyncRegistries = 32
	maxSyncURLs       = 8
	maxSyncContents   = 64
	maxSyncRetries    = 100
)

var (
	syncPath           = extensionsPath.Child("sync")
	syncRegistriesPath = syncPath.Child("registries")

	noShorterPoll  = shortest{time.Minute, "each round asks the other registry for all its repositories and tags"}
	noShorterRetry = shortest{time.Second, "a registry that is away would be asked all the time"}
	// repositoryPath is a destination: parts of names of repositories.
	repositoryPath = regexp.MustCompile(`^/?([a-z0-9]+([._-][a-z0-9]+)*(/[a-z0-9]+([._-][a-z0-9]+)*)*)?/?$`)
)

func (in Input) sync() v1alpha1.SyncSpec { return value(in.extensions().Sync) }

func syncRegistries(in Input) field.ErrorList {
	registries := in.sync().Registries
	errs := atMost(syncRegistriesPath, len(registries), maxSyncRegistries)
	if defaults.SyncOn(*in.spec()) && registries == nil {
		return field.ErrorList{field.Required(syncRegistriesPath, "spec.extensions.sync is on, but there is nothing to copy from: set"+
			" spec.extensions.sync.registries, or enabled: false")}
	}
	return append(errs, notEmpty(syncRegistriesPath, registries, "- urls: [https://registry.example.com]")...)
}

// syncURLs are only hosts: zot drops a path without a word (pkg/extensions/sync/service.go, newClient, v2.1.20).
func syncURLs(in Input) field.ErrorList {
	var errs field.ErrorList
	for i, registry := range in.sync().Registries {
		at := syncRegistriesPath.Index(i).Child("urls")
		if len(registry.URLs) == 0 {
			errs = append(errs, field.Required(at, "without an address zot does not know where to copy from: write one, for example"+
				" https://registry-1.docker.io"))
		}
		errs = append(errs, entries(at, registry.URLs, maxSyncURLs, maxURLLength, "https://registry.example.com")...)
		for j, got := range registry.URLs {
			if got == "" {
				continue
			}
			u, err := url.Parse(got)
			if err != nil || u.Scheme != "https" && u.Scheme != "http" || !isHost(u.Hostname()) || u.User != nil ||
				u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.ForceQuery || strings.Contains(got, "#") {
				errs = append(errs, field.Invalid(at.Index(j), got, "this is not the address of a registry: write scheme and host, without"+
					" user and path, for example https://registry.example.com; repositories are named in content, and the user's name in"+
					" the Secret of credentialsSecret"))
			}
		}
	}
	return errs
}

// syncWhen knows that zot copies nothing by the clock without content (pkg/extensions/extension_sync.go, v2.1.20).
func syncWhen(in Input) field.ErrorList {
	var errs field.ErrorList
	for i, registry := range in.sync().Registries {
		at := syncRegistriesPath.Index(i)
		errs = append(errs, duration(at.Child("pollInterval"), registry.PollInterval, noShorterPoll)...)
		if !value(registry.OnDemand) && registry.PollInterval == "" {
			errs = append(errs, field.Required(at.Child("onDemand"), "nothing says when to copy from this registry, so that it would never"+
				" happen: set onDemand: true for what somebody asks for, pollInterval for all of content, or both"))
		}
		if registry.PollInterval != "" && len(registry.Content) == 0 {
			errs = append(errs, field.Required(at.Child("content"), "with pollInterval zot copies only what content names, which is"+
				" nothing: write for example - prefix: team-a/**, or leave pollInterval out"))
		}
	}
	return errs
}

func syncContents(in Input) field.ErrorList {
	var errs field.ErrorList
	for i, registry := range in.sync().Registries {
		at := syncRegistriesPath.Index(i).Child("content")
		errs = append(errs, atMost(at, len(registry.Content), maxSyncContents)...)
		for j, content := range registry.Content {
			errs = append(errs, syncContent(at.Index(j), content)...)
		}
	}
	return errs
}

func syncContent(at *field.Path, content v1alpha1.SyncContent) field.ErrorList {
	var errs field.ErrorList
	prefix := strings.TrimPrefix(content.Prefix, "/")
	if prefix == "" {
		errs = append(errs, field.Required(at.Child("prefix"), "without a pattern no repository is named, and nothing is copied: write for"+
			" example ** for all or library/** for those below library"))
	} else {
		errs = append(errs, maxLength(at.Child("prefix"), content.Prefix, maxPatternLength)...)
		errs = append(errs, pattern(at.Child("prefix"), prefix)...)
	}
	if got := content.Destination; got != "" {
		errs = append(errs, maxLength(at.Child("destination"), got, maxPatternLength)...)
		if !repositoryPath.MatchString(got) || path.Clean(got) != got {
			errs = append(errs, field.Invalid(at.Child("destination"), got, "this cannot be the beginning of a repository's name: write"+
				" parts of lower-case letters, digits, '.', '_' and '-' with '/' between them, for example /docker.io, or leave it out"))
		}
	}
	if value(content.StripPrefix) && content.Destination == "/" && !strings.Contains(content.Prefix, "/*") {
		errs = append(errs, field.Invalid(at.Child("destination"), content.Destination, "with stripPrefix and without a wildcard in prefix"+
			" nothing is left of the name, and zot does not start with it: write a destination such as /mirror, or leave"+
			" stripPrefix out"))
	}
	return errs
}

func syncTags(in Input) field.ErrorList {
	var errs field.ErrorList
	for i, registry := range in.sync().Registries {
		for j, content := range registry.Content {
			at, tags := syncRegistriesPath.Index(i).Child("content").Index(j).Child("tags"), value(content.Tags)
			errs = append(errs, tagExpression(at.Child("regex"), tags.Regex)...)
			errs = append(errs, tagExpression(at.Child("excludeRegex"), tags.ExcludeRegex)...)
		}
	}
	return errs
}

func tagExpression(at *field.Path, got string) field.ErrorList {
	errs := maxLength(at, got, maxTagPatternLength)
	if _, err := regexp.Compile(got); err != nil {
		errs = append(errs, field.Invalid(at, got, "this is no regular expression, and zot does not start with it: write one as Go knows"+
			" them, for example ^v[0-9]+ for tags that begin so"))
	}
	return errs
}

func syncRetries(in Input) field.ErrorList {
	var errs field.ErrorList
	for i, registry := range in.sync().Registries {
		at := syncRegistriesPath.Index(i)
		errs = append(errs, within(at.Child("maxRetries"), registry.MaxRetries, 1, maxSyncRetries,
			"this many retries are none, or no end of them")...)
		errs = append(errs, duration(at.Child("retryDelay"), registry.RetryDelay, noShorterRetry)...)
		if registry.MaxRetries != nil && registry.RetryDelay == "" {
			errs = append(errs, field.Required(at.Child("retryDelay"), "zot does not start with maxRetries alone: write the time before"+
				" each retry, for example 30s, or leave maxRetries out"))
		}
	}
	return errs
}

// syncCredentials sees to it that each host has one user: zot looks him up by host.
func syncCredentials(in Input) field.ErrorList {
	var errs field.ErrorList
	secrets := map[string]string{}
	for i, registry := range in.sync().Registries {
		at := syncRegistriesPath.Index(i).Child("credentialsSecret")
		errs = append(errs, secretName(at, registry.CredentialsSecret)...)
		for _, address := range registry.URLs {
			u, err := url.Parse(address)
			if err != nil || registry.CredentialsSecret == "" {
				continue
			}
			if other, known := secrets[u.Host]; known && other != registry.CredentialsSecret {
				errs = append(errs, field.Invalid(at, registry.CredentialsSecret, fmt.Sprintf("host %s has another Secret in an entry"+
					" above, and zot knows one user for each host: write %s here, too", u.Host, other)))
			}
			secrets[u.Host] = registry.CredentialsSecret
		}
	}
	return errs
}

func warnSyncPlain(in Input) string {
	if !defaults.SyncOn(*in.spec()) {
		return ""
	}
	for i, registry := range in.sync().Registries {
		for _, address := range registry.URLs {
			switch at := syncRegistriesPath.Index(i); {
			case strings.HasPrefix(address, "http://"):
				return fmt.Sprintf("%s.urls: images and passwords travel unencrypted between zot and %s", at, address)
			case !defaults.Enabled(registry.TLSVerify):
				return fmt.Sprintf("%s.tlsVerify: somebody on the way to %s can put other images, and read passwords; set spec.caBundle in"+
					" place of it", at, address)
			}
		}
	}
	return ""
}

func warnSyncAndRetention(in Input) string {
	if !defaults.SyncOn(*in.spec()) || len(in.retention().Policies) == 0 {
		return ""
	}
	return "spec.extensions.sync: what spec.storage.retention removes is copied again when it is pulled, or in the next round; keep the" +
		" policies away from the repositories that are copied"
}
