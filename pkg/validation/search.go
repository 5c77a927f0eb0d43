package validation

import (
	"fmt"
	"net/url"
	"regexp"
	"time"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
)

var searchRules = []Rule{
	{"search-needed", searchNeeded},
	{"cve-storage", cveStorage},
	{"cve-update-interval", cveUpdateInterval},
	{"cve-repositories", cveRepositories},
	{"scrub-interval", scrubInterval},
}

const maxDatabaseLength = 512

var (
	searchPath = extensionsPath.Child("search")
	cvePath    = searchPath.Child("cve")
	// databaseRepository is host[:port]/name, without tag.
	databaseRepository = regexp.MustCompile(`^[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[a-z0-9]+([._-]+[a-z0-9]+)*)+$`)

	noShorterRound = shortest{2 * time.Hour, "zot raises it to that by itself"}
)

func (in Input) cve() v1alpha1.CVESpec { return value(value(in.extensions().Search).CVE) }

// searchNeeded refuses to take away what others are built on: zot does not start with its web interface alone.
func searchNeeded(in Input) field.ErrorList {
	at, spec := searchPath.Child("enabled"), *in.spec()
	search := in.extensions().Search
	if search == nil || defaults.Enabled(search.Enabled) {
		return nil
	}
	needs := ""
	switch {
	case defaults.UIOn(spec):
		needs = "spec.extensions.ui"
	case defaults.SigningOn(spec):
		needs = "spec.extensions.supplychain.signing"
	default:
		return nil
	}
	return field.ErrorList{field.Invalid(at, false, fmt.Sprintf("%s is on, and works by asking the query interface: leave"+
		" spec.extensions.search.enabled out, or set enabled: false there, too", needs))}
}

func cveStorage(in Input) field.ErrorList {
	kind := effectiveStorage(in.New).Type
	if !defaults.CVEOn(*in.spec()) || kind == v1alpha1.StorageFilesystem {
		return nil
	}
	return field.ErrorList{field.Forbidden(cvePath, fmt.Sprintf("spec.extensions.search.cve cannot be used with spec.storage.type %s: zot"+
		" looks only into images on a volume and does not start otherwise; remove cve, or use a store with type filesystem", kind))}
}

func cveUpdateInterval(in Input) field.ErrorList {
	return duration(cvePath.Child("updateInterval"), in.cve().UpdateInterval, noShorterRound)
}

func cveRepositories(in Input) field.ErrorList {
	var errs field.ErrorList
	for _, database := range []struct{ name, repository string }{
		{"dbRepository", in.cve().DBRepository}, {"javaDBRepository", in.cve().JavaDBRepository},
	} {
		at, got := cvePath.Child(database.name), database.repository
		errs = append(errs, maxLength(at, got, maxDatabaseLength)...)
		if _, err := url.Parse("https://" + got); got != "" && (err != nil || !databaseRepository.MatchString(got)) {
			errs = append(errs, field.Invalid(at, got, fmt.Sprintf("spec.extensions.search.cve.%s is no repository, so that zot would"+
				" never have a database: write host and name without scheme and tag, for example registry.example.com/mirror/trivy-db",
				database.name)))
		}
	}
	return errs
}

func scrubInterval(in Input) field.ErrorList {
	return duration(extensionsPath.Child("scrub", "interval"), value(in.extensions().Scrub).Interval, noShorterRound)
}

func warnCVEMemory(in Input) string {
	limits := value(in.spec().Resources).Limits
	if !defaults.CVEOn(*in.spec()) || limits == nil || limits.Memory == nil || limits.Memory.Value() >= 1<<30 {
		return ""
	}
	return fmt.Sprintf("spec.extensions.search.cve: a look for vulnerabilities takes 1Gi of memory and more, and with a limit of %s zot"+
		" may be ended in the middle of it; raise spec.resources.limits.memory to 2Gi", text(limits.Memory))
}
