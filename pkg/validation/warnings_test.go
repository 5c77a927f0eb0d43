package validation

import (
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

var warningRows = []struct {
	warning string
	spec    string
	// says is a part of the message; empty if there is none.
	says string
}{
	{"image-tag-moves", `image: {tag: latest}`, "spec.image.tag: \"latest\""},
	{"image-tag-moves", `image: {tag: v2.1}`, "spec.image.tag: \"v2.1\""},
	{"image-tag-moves", `image: {tag: v2.1.20}`, ""},
	{"image-tag-moves", `{}`, ""},
	{"image-never-pulled", `image: {pullPolicy: Never}`, "spec.image.pullPolicy"},
	{"image-never-pulled", `image: {pullPolicy: Always}`, ""},
	{"http-port-privileged", `http: {port: 443}`, "listen on 443"},
	{"http-port-privileged", `http: {port: 8443}`, ""},
	{"s3api-not-provided", `extensions: {s3api: {}}`, "does not provide it yet; status.conditions[ExtensionsReady] says so"},
	{"s3api-not-provided", `extensions: {s3api: {enabled: false}}`, ""},
	{"rbac-not-provided", keycloak(host, "a", "b", "c"), "does not provide it yet; status.conditions[ExtensionsReady] says so. Until then no zot is started"},
	{"rbac-not-provided", `extensions: {rbac: {enabled: false}}`, ""},
	{"sbom-not-provided", `extensions: {supplychain: {sbom: {}}}`, "does not provide it yet"},
	{"sbom-not-provided", `extensions: {supplychain: {enabled: false, sbom: {}}}`, ""},
	{"sbom-second-format", `extensions: {supplychain: {sbom: {formats: [cyclonedx, spdx]}}}`, "the first one (cyclonedx); bills in spdx"},
	{"sbom-second-format", `extensions: {supplychain: {sbom: {formats: [spdx]}}}`, ""},
	{"route-without-sign-in", `networking: {route: {}}`, "asks nobody to sign in"},
	{"route-without-sign-in", `{networking: {route: {}}, accessControl: {repositories: [{pattern: a, anonymousPolicy: [create]}]}}`, "asks nobody to sign in"},
	{"route-without-sign-in", `{networking: {route: {}}, accessControl: {repositories: [{pattern: "**", anonymousPolicy: [read]}]}}`, ""},
	{"route-without-sign-in", keycloak(host, "a", "b", "c") + "\nnetworking: {route: {}}", ""},
	{"route-without-sign-in", `networking: {route: {enabled: false}}`, ""},
	{"access-for-nobody", `accessControl: {repositories: [{pattern: "**"}]}`, "nobody can pull or push"},
	{"access-for-nobody", keycloak(host, "a", "b", "c") + "\naccessControl: {}", ""},
	{"access-for-nobody", `accessControl: {}`, "nobody can pull or push"},
	{"access-for-nobody", `accessControl: {repositories: [{pattern: "**", anonymousPolicy: [read]}]}`, ""},
	{"storage-size-is-for-metadata", `storage: {type: gcp, size: 100Gi, gcp: {bucket: abc}}`, "the volume of 100Gi holds only zot's metadata"},
	{"storage-size-is-for-metadata", `storage: {type: gcp, size: 5Gi, gcp: {bucket: abc}}`, ""},
	{"storage-size-is-for-metadata", `storage: {size: 100Gi}`, ""},
	{"s3-endpoint-unencrypted", s3(`endpoint: "http://minio:9000"`), "unencrypted between zot and http://minio:9000"},
	{"s3-endpoint-unencrypted", s3(`endpoint: "minio:9000"`), ""},
}

func TestWarnings(t *testing.T) {
	checks := map[string]warning{}
	for _, w := range warnings {
		if _, ok := checks[w.name]; ok {
			t.Errorf("two warnings are called %s", w.name)
		}
		checks[w.name] = w
	}
	said, silent := map[string]bool{}, map[string]bool{}
	for _, r := range warningRows {
		w, ok := checks[r.warning]
		if !ok {
			t.Errorf("there is no warning %s", r.warning)
			continue
		}
		in := row{spec: r.spec}.input(t)
		if errs := Validate(in); len(errs) > 0 {
			t.Errorf("%s: a warning is about what is accepted, but %s gives %v", r.warning, r.spec, errs)
		}
		got := w.check(in.New.Spec)
		if (r.says == "") != (got == "") || !strings.Contains(got, r.says) {
			t.Errorf("%s: %s gives %q, want %q", r.warning, r.spec, got, r.says)
		}
		if got != "" && !strings.Contains(strings.Join(Warnings(in), "\n"), got) {
			t.Errorf("%s: Warnings does not give it", r.warning)
		}
		said[r.warning], silent[r.warning] = said[r.warning] || r.says != "", silent[r.warning] || r.says == ""
	}
	for name := range checks {
		if !said[name] || !silent[name] {
			t.Errorf("warning %s needs a row with it and one without", name)
		}
	}
}

func TestErrorsThatAreStoredAlreadyAreWarnings(t *testing.T) {
	for name, tc := range map[string]struct {
		old, spec        string
		errors, warnings int
	}{
		"the same error":                      {`replicas: 3`, `{replicas: 3, log: {level: debug}}`, 0, 1},
		"the same field, another wrong value": {`replicas: 3`, `replicas: 4`, 1, 0},
		"one of two is mended":                {`{replicas: 3, http: {port: 0}}`, `replicas: 3`, 0, 1},
		"one more":                            {`replicas: 3`, `{replicas: 3, http: {port: 0}}`, 1, 1},
		"an entry moves up in its list": {
			`accessControl: {repositories: [{pattern: A}, {pattern: B}, {pattern: c, anonymousPolicy: [read]}]}`,
			`accessControl: {repositories: [{pattern: B}, {pattern: c, anonymousPolicy: [read]}]}`, 0, 1,
		},
		"changes are judged always": {`storage: {size: 2Gi}`, `storage: {size: 1Gi}`, 1, 0},
	} {
		in := row{spec: tc.spec, old: tc.old}.input(t)
		if errs := Validate(in); len(errs) != tc.errors {
			t.Errorf("%s: errors %v, want %d", name, errs, tc.errors)
		}
		if warned := Warnings(in); len(warned) != tc.warnings {
			t.Errorf("%s: warnings %q, want %d", name, warned, tc.warnings)
		}
	}
}

func TestAnObjectThatIsBeingDeletedIsLeftAlone(t *testing.T) {
	in := row{spec: `{replicas: 3, image: {tag: latest}}`, old: `replicas: 1`}.input(t)
	in.New.DeletionTimestamp = new(metav1.Now())
	if errs, warned := Validate(in), Warnings(in); len(errs) > 0 || len(warned) > 0 {
		t.Errorf("errors %v, warnings %q", errs, warned)
	}
}
