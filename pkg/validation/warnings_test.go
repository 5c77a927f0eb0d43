package validation

import (
	"slices"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/defaults"
)

type warningRow struct {
	warning string
	spec    string
	// says is a part of the message; empty if there is none.
	says string
}

var warningRows = []warningRow{
	{"image-tag-moves", `image: {tag: latest}`, "spec.image.tag: \"latest\""},
	{"image-tag-moves", `image: {tag: v2.1}`, "spec.image.tag: \"v2.1\""},
	{"image-tag-moves", `image: {tag: v2.1.20}`, ""},
	{"image-tag-moves", `{}`, ""},
	{"image-never-pulled", `image: {pullPolicy: Never}`, "spec.image.pullPolicy"},
	{"image-never-pulled", `image: {pullPolicy: Always}`, ""},
	{"http-port-privileged", `http: {port: 443}`, "listen on 443"},
	{"http-port-privileged", `http: {port: 8443}`, ""},
	{"paused", `paused: true`, "nothing of this store is changed or mended"},
	{"paused", `paused: false`, ""},
	{"image-tag-moves", `image: {tag: latest, digest: "` + digest + `"}`, ""},
	{"image-tag-and-digest", `image: {tag: v2.1.20, digest: "` + digest + `"}`, "the digest decides what runs"},
	{"image-tag-and-digest", `image: {digest: "` + digest + `"}`, ""},
	{"image-minimal", `{image: {repository: ghcr.io/project-zot/zot-minimal}, extensions: {metrics: {}}}`, "write ghcr.io/project-zot/zot for"},
	{"image-minimal", `image: {repository: ghcr.io/project-zot/zot-minimal}`, ""},
	{"http-tls-off", `http: {tls: {enabled: false, certSecretName: pair}}`, "serves plain HTTP"},
	{"http-tls-off", `http: {tls: {certSecretName: pair}}`, ""},
	{"keycloak-without-external-url", keycloak(host, "a", "b", "c"), "is sent back to the registry's Service"},
	{"keycloak-without-external-url", keycloak(host, "a", "b", "c") + "\nnetworking: {httpRoute: {parentRefs: [{name: a}]}}", "write the address"},
	{"keycloak-without-external-url", keycloak(host, "a", "b", "c") + "\nexternalURL: https://registry.example.com", ""},
	{"keycloak-without-external-url", keycloak(host, "a", "b", "c") + "\n" + route(""), ""},
	{"keycloak-without-external-url", keycloak(host, "a", "b", "c") + "\nnetworking: {ingress: {host: a}}", ""},
	{"keycloak-without-external-url", keycloak(host, "a", "b", "c") + "\nnetworking: {service: {type: LoadBalancer}}", ""},
	{"keycloak-without-external-url", `extensions: {rbac: {enabled: false}}`, ""},
	{"sbom-second-format", `extensions: {supplychain: {sbom: {formats: [cyclonedx, spdx]}}}`, "the first one (cyclonedx); bills in spdx"},
	{"sbom-second-format", `extensions: {supplychain: {sbom: {formats: [spdx]}}}`, ""},
	{"log-shows-credential", `{log: {level: info}, storage: {type: azure, azure: {accountName: abc, container: abc, credentialsSecret: a}}}`, "into its log"},
	{"replicas-share", fit, ""},
	{
		"replicas-share", `{replicas: 3, ` + fit + `}`, "spec.replicas: each repository is served by one of the 3 pods, and answers with" +
			" errors while that one is away; nothing collects what is deleted, and each change of the number stops all pods for a" +
			" moment: see docs/high-availability.md",
	},
	{"log-shows-credential", `{log: {level: warn}, storage: {type: azure, azure: {accountName: abc, container: abc, credentialsSecret: a}}}`, ""},
	{"log-shows-credential", `{log: {level: info}, storage: {type: azure, azure: {accountName: abc, container: abc}}}`, ""},
	{"signing-without-sign-in", `extensions: {supplychain: {signing: {}}}`, "may upload a key"},
	{"signing-without-sign-in", `{extensions: {supplychain: {signing: {}}}, auth: {htpasswd: {secretName: users}}}`, ""},
	{"keycloak-unencrypted", keycloak("http://keycloak", "a", "b", "c"), "passwords and tokens travel unencrypted"},
	{"keycloak-unencrypted", keycloak(host, "a", "b", "c"), ""},
	{"exposed-to-anonymous-writers", `networking: {route: {}}`, "spec.networking.route: everybody who reaches it may push"},
	{"exposed-to-anonymous-writers", `networking: {service: {type: NodePort}}`, "spec.networking.service.type NodePort: everybody"},
	{
		"exposed-to-anonymous-writers", `networking: {service: {type: LoadBalancer}, ingress: {host: a}, httpRoute: {parentRefs: [{name: a}]}}`,
		"spec.networking.service.type LoadBalancer, spec.networking.ingress, spec.networking.httpRoute: everybody",
	},
	{"exposed-to-anonymous-writers", route("") + "\n" + signedIn(`repositories: [{pattern: a, anonymousPolicy: [create]}]`), "without signing in"},
	{"exposed-to-anonymous-writers", `{networking: {route: {}}, accessControl: {repositories: [{pattern: "**", anonymousPolicy: [read]}]}}`, ""},
	{"exposed-to-anonymous-writers", route("") + "\nauth: {htpasswd: {secretName: a}}", ""},
	{"exposed-to-anonymous-writers", route("enabled: false"), ""},
	{"exposed-to-anonymous-writers", `networking: {service: {type: ClusterIP}}`, ""},
	{
		"exposed-passwords-unencrypted", signedIn("") + "\nnetworking: {service: {type: NodePort}, ingress: {host: a}, route: {}}",
		"spec.networking.service.type NodePort, spec.networking.ingress: passwords travel unencrypted",
	},
	{"exposed-passwords-unencrypted", signedIn("") + "\n" + ingress("host: a, tls: {}"), ""},
	{"exposed-passwords-unencrypted", withTLS + signedIn("") + "\n" + ingress("host: a"), ""},
	{"exposed-passwords-unencrypted", signedIn("") + "\n" + route(""), ""},
	{"exposed-passwords-unencrypted", ingress("host: a"), ""},
	{"external-url-unencrypted", signedIn("") + "\n" + external("http://a"), "passwords travel unencrypted"},
	{"external-url-unencrypted", signedIn("") + "\n" + external("https://a"), ""},
	{"external-url-unencrypted", external("http://a"), ""},
	{"route-reencrypt-trust", withTLS + route("termination: reencrypt"), "service CA"},
	{"route-reencrypt-trust", withTLS + route(""), ""},
	{"route-reencrypt-trust", serviceCA + route("termination: reencrypt"), ""},
	{"route-reencrypt-trust", withTLS + route("termination: reencrypt, destinationCACertificate: "+quoted(certificates(1))), ""},
	{"service-ca-outside", serviceCA + route("termination: passthrough"), "termination passthrough: the certificate"},
	{"service-ca-outside", serviceCA + serviceOf("type: LoadBalancer"), "type LoadBalancer: the certificate"},
	{"service-ca-outside", serviceCA + route(""), ""},
	{"service-ca-outside", withTLS + serviceOf("type: LoadBalancer"), ""},
	{"ingress-and-tls", withTLS + ingress("host: a"), "must speak https"},
	{"ingress-and-tls", ingress("host: a"), ""},
	{"http-route-and-tls", withTLS + parents("{name: a}"), "BackendTLSPolicy"},
	{"http-route-and-tls", parents("{name: a}"), ""},
	{"http-route-and-tls", withTLS + gateway("backendTLS: {}"), ""},
	{"access-group-unknown", signedIn(`adminPolicy: {groups: [Us], actions: [read]}, groups: [{name: us, users: [me]}]`), `nobody is in group "Us"`},
	{"access-group-unknown", signedIn(`adminPolicy: {groups: [us], actions: [read]}, groups: [{name: us, users: [me]}]`), ""},
	{
		"access-group-unknown",
		keycloak(host, "a", "b", "c") + "\naccessControl: {adminPolicy: {groups: [us], actions: [read]}}", "",
	},
	{"access-metrics-without-metrics", `accessControl: {metrics: {}}`, "spec.extensions.metrics is off"},
	{"access-metrics-without-metrics", `{extensions: {metrics: {}}, accessControl: {metrics: {}}}`, ""},
	{"access-metrics-for-nobody", `{extensions: {metrics: {}}, accessControl: {metrics: {}}}`, "nobody may read the figures"},
	{"access-metrics-for-nobody", `{extensions: {metrics: {}}, accessControl: {metrics: {anonymousPolicy: [read]}}}`, ""},
	{"access-metrics-for-nobody", `extensions: {metrics: {}}`, ""},
	{"service-monitor-refused", `extensions: {metrics: {}}` + readsByUser, "so that it gets 401"},
	{"service-monitor-refused", monitor("enabled: false") + readsByUser, ""},
	{"service-monitor-refused", monitor("basicAuthSecretName: a") + readsByUser, ""},
	{"sync-unencrypted", from("http://a"), "travel unencrypted"},
	{"sync-unencrypted", synced("onDemand: true, tlsVerify: false"), "tlsVerify: somebody on the way"},
	{"sync-unencrypted", synced("onDemand: true"), ""},
	{"sync-unencrypted", `extensions: {sync: {enabled: false, registries: [{onDemand: true, urls: ["http://a"]}]}}`, ""},
	{
		"sync-and-retention", synced("onDemand: true") + "\nstorage: {retention: {policies: [{repositories: [a]}]}}",
		"copied again when it is pulled",
	},
	{"sync-and-retention", synced("onDemand: true"), ""},
	{"cve-memory", searchOf("cve: {}") + "\nresources: {limits: {memory: 512Mi}}", "with a limit of 512Mi"},
	{"cve-memory", searchOf("cve: {}") + "\nresources: {limits: {memory: 2Gi}}", ""},
	{"cve-memory", searchOf("cve: {}"), ""},
	{"access-for-nobody", `accessControl: {repositories: [{pattern: "**"}]}`, "nobody can pull or push"},
	{"access-for-nobody", signedIn(""), "nobody can pull or push"},
	{"access-for-nobody", signedIn("repositories: [{pattern: a, defaultPolicy: [read]}]"), ""},
	{"access-for-nobody", signedIn("adminPolicy: {users: [me], actions: [read]}"), ""},
	{"access-for-nobody", `accessControl: {}`, "nobody can pull or push"},
	{"access-for-nobody", `accessControl: {repositories: [{pattern: "**", anonymousPolicy: [read]}]}`, ""},
	{"storage-size-is-for-metadata", `storage: {type: gcp, size: 100Gi, gcp: {bucket: abc}}`, "the volume of 100Gi holds only zot's metadata"},
	{"storage-size-is-for-metadata", `storage: {type: gcp, size: 5Gi, gcp: {bucket: abc}}`, ""},
	{"storage-size-is-for-metadata", `storage: {size: 100Gi}`, ""},
	{"s3-endpoint-unencrypted", s3(`endpoint: "http://minio:9000"`), "unencrypted between zot and http://minio:9000"},
	{"s3-endpoint-unencrypted", s3(`endpoint: "minio:9000"`), ""},
	{
		"azure-service-unencrypted", azured(`credentialsSecret: a, serviceURL: "http://azurite:10000/account"`),
		"unencrypted between zot and http://azurite:10000/account",
	},
	{"azure-service-unencrypted", azured(`serviceURL: "https://azurite:10000/account"`), ""},
	{"storage-size-small", `storage: {size: 100Mi}`, "a few images fill 100Mi"},
	{"storage-size-small", `storage: {size: 1Gi}`, ""},
	{"storage-size-small", `storage: {type: gcp, size: 100Mi, gcp: {bucket: abc}}`, ""},
	{"storage-ephemeral", `storage: {ephemeral: true}`, "every artifact is gone when the pod is"},
	{"storage-ephemeral", `storage: {type: gcp, ephemeral: true, gcp: {bucket: abc}}`, "API keys, preferences"},
	{
		"storage-ephemeral",
		`storage: {type: gcp, ephemeral: true, gcp: {bucket: abc}, cache: {type: redis, redis: {address: "a:1"}}}`, "",
	},
	{"storage-ephemeral", `storage: {ephemeral: false}`, ""},
	{"storage-ephemeral-size", `storage: {ephemeral: true, size: 2Gi}`, "keeps more than 2Gi is ended"},
	{"storage-ephemeral-size", `storage: {ephemeral: true}`, ""},
	{"storage-deleted-with-store", `storage: {deletionPolicy: Delete}`, "with all artifacts"},
	{"storage-deleted-with-store", `storage: {type: gcp, deletionPolicy: Delete, gcp: {bucket: abc}}`, "the object store is not touched"},
	{"storage-deleted-with-store", `storage: {deletionPolicy: Retain}`, ""},
	{"cache-secret-says-all", redis("credentialsSecret: a, database: 1"), "without address the url in the Secret says everything"},
	{"cache-secret-says-all", redis("credentialsSecret: a"), ""},
	{"cache-secret-says-all", redis("address: 'a:1', tls: {}"), ""},
	{
		"cache-keys-for-s3",
		`storage: {type: s3, s3: {bucket: abc, region: us-east-1}, cache: {type: dynamodb, dynamodb: {region: us-east-1, credentialsSecret: a}}}`,
		"these keys are used for the bucket",
	},
	{"cache-keys-for-s3", dynamo("region: us-east-1, credentialsSecret: a"), ""},
	{"gc-off", gc("enabled: false"), "nothing is ever removed"},
	{"gc-off", `storage: {gc: {enabled: false}, retention: {policies: [{repositories: [a]}]}}`, "spec.storage.retention has no effect"},
	{"gc-off", gc("delay: 1h"), ""},
	{"gc-delay-short", gc("delay: 9m"), "spec.storage.gc.delay: a push that takes longer than 9m"},
	{"gc-delay-short", `storage: {retention: {delay: 1m, policies: [{repositories: [a]}]}}`, "spec.storage.retention.delay: a push"},
	{"gc-delay-short", gc("delay: 10m"), ""},
	{"retention-dry-run", `storage: {retention: {dryRun: true, policies: [{repositories: [a]}]}}`, "zot only logs"},
	{"retention-dry-run", retention("{repositories: [a]}"), ""},
	{"retention-shadowed", retention(`{repositories: ["**"]}, {repositories: [a]}`), "policies[1].repositories: a has no effect"},
	{"retention-shadowed", retention(`{repositories: [a/**]}, {repositories: [b, a/b/*]}`), "policies[1].repositories: a/b/* has no effect"},
	{"retention-shadowed", retention(`{repositories: [a]}, {repositories: [b]}, {repositories: [a]}`), "policies[2].repositories: a has no effect"},
	{"retention-shadowed", retention(`{repositories: [a/**]}, {repositories: [ab, "**"]}`), ""},
	{"retention-shadowed", retention(`{repositories: ["**", a]}`), ""},
	{
		"retention-keep-untagged-unused", retention(`{repositories: [a], deleteUntagged: false, keepUntagged: {pushedWithin: 1h}}`),
		"policies[0].keepUntagged: with deleteUntagged: false",
	},
	{"retention-keep-untagged-unused", retention(`{repositories: [a], keepUntagged: {pushedWithin: 1h}}`), ""},
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
	tried := slices.Clone(changeRows)
	for _, r := range warningRows {
		tried = append(tried, changeRow{warningRow: r})
	}
	for _, r := range tried {
		w, ok := checks[r.warning]
		if !ok {
			t.Errorf("there is no warning %s", r.warning)
			continue
		}
		in := row{spec: r.spec, old: r.old}.input(t)
		if errs := Validate(in); len(errs) > 0 {
			t.Errorf("%s: a warning is about what is accepted, but %s gives %v", r.warning, r.spec, errs)
		}
		got := w.check(in)
		if (r.says == "") != (got == "") || !strings.Contains(got, r.says) {
			t.Errorf("%s: %s gives %q, want %q", r.warning, r.spec, got, r.says)
		}
		// API servers shorten what is longer, if there is much of it.
		if len(got) > 256 || strings.HasSuffix(got, ".") || got != "" && !strings.HasPrefix(got, "spec.") {
			t.Errorf("%s: the warning has %d characters, or no path, or is badly written: %q", r.warning, len(got), got)
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

// TestWarningsAboutWhatAdmissionWrote: a default that the user has not written is none of his business.
func TestWarningsAboutWhatAdmissionWrote(t *testing.T) {
	pinned := defaults.Operator{ZotImage: defaults.ImageRef{Repository: "example.com/zot", Tag: "v2.1.20", Digest: digest}}
	stored := `image: {repository: example.com/zot, tag: v2.1.20, digest: "` + digest + `"}`
	for name, in := range map[string]Input{
		"when the store is created": row{spec: stored}.input(t),
		"when a newer operator has another default": row{
			spec: stored, old: `{image: {tag: v2.1.20, digest: "` + digest + `"}, log: {level: debug}}`,
		}.input(t),
	} {
		if name == "when the store is created" {
			in.Operator = pinned
		}
		if got := Warnings(in); len(got) > 0 {
			t.Errorf("%s: %q", name, got)
		}
	}
	if effective := (&v1alpha1.ZotArtifactStore{Spec: defaults.Effective(specOf(t, "{}"), pinned)}); len(Warnings(Input{New: effective, Operator: pinned})) > 0 {
		t.Errorf("a store of nothing but defaults is warned of: %q", Warnings(Input{New: effective, Operator: pinned}))
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

// TestEveryRuleLetsStoredObjectsBe changes something else of each object that a rule refuses, as if the rule had come with a newer
// operator, and pauses it.
func TestEveryRuleLetsStoredObjectsBe(t *testing.T) {
	for _, r := range rows() {
		if len(r.refused) == 0 || r.old != "" {
			continue
		}
		in := r.input(t)
		in.Old = in.New.DeepCopy()
		in.New.Spec.Paused = new(true)
		in.New.Labels = map[string]string{"a": "b"}
		if errs := Validate(in); len(errs) > 0 {
			t.Errorf("%s: an object that is stored so cannot be changed any more: %v", r.rule, errs)
		}
		if told := strings.Join(Warnings(in), "\n"); !strings.Contains(told, r.refused[0]) {
			t.Errorf("%s: nobody is told about %s: %q", r.rule, r.refused[0], told)
		}
	}
}

func TestAnObjectThatIsBeingDeletedIsLeftAlone(t *testing.T) {
	for _, r := range append(rows(), row{spec: `{replicas: 3, image: {tag: latest}}`, old: `replicas: 1`}) {
		in := r.input(t)
		in.New.DeletionTimestamp = new(metav1.Now())
		if errs, warned := Validate(in), Warnings(in); len(errs) > 0 || len(warned) > 0 {
			t.Errorf("%s: errors %v, warnings %q", r.rule, errs, warned)
		}
	}
}
