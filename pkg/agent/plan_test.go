package agent

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// planFor plans a pod's first start with one credential from Secrets.
func planFor(t *testing.T, credential handover.Credential, secrets map[string]volume) (*target, []handover.Problem) {
	t.Helper()
	return planWith(t, inputs{secrets: secrets}, credential)
}

// planWith plans a pod's first start with what is mounted.
func planWith(t *testing.T, in inputs, credential handover.Credential) (*target, []handover.Problem) {
	t.Helper()
	boot, err := handover.EncodeBoot(handover.Boot{
		Zot:         object(t, `{"storage":{"storageDriver":{"name":"x"}}}`),
		Credentials: []handover.Credential{credential},
	})
	if err != nil {
		t.Fatal(err)
	}
	live, err := handover.EncodeLive(handover.Live{})
	if err != nil {
		t.Fatal(err)
	}
	in.boot, in.live = boot, live
	return plan(in, place{}, Layout{RunDir: "/run/zot"})
}

func one(content ...string) map[string]volume {
	s := volume{}
	for i := 0; i < len(content); i += 2 {
		s[content[i]] = []byte(content[i+1])
	}
	return map[string]volume{"s": s}
}

func TestPlanWrites(t *testing.T) {
	driver := func(more string) string { return `{"storage":{"storageDriver":{"name":"x"` + more + `}}}` }
	const ini = "[default]\naws_access_key_id = A\naws_secret_access_key = B"
	const shared = `,"credentials":{"type":"shared_key"},"accountkey":"YWJj"`
	tests := []struct {
		name       string
		credential handover.Credential
		secrets    map[string]volume
		file       string
		content    string
		config     string
	}{
		{
			"aws, environment's names", handover.AWS("s", "s"), one("AWS_ACCESS_KEY_ID", "A", "AWS_SECRET_ACCESS_KEY", "B\n"),
			handover.AWSFile, ini, driver(""),
		},
		{
			"aws, the first name wins", handover.AWS("s", "s"), one("access_key", "no", "access-key", "A", "secretKey", "B\r\n"),
			handover.AWSFile, ini, driver(""),
		},
		{
			"aws, two Secrets with one key each", handover.AWS("a", "b"),
			map[string]volume{"a": {"x": []byte("A")}, "b": {"y": []byte("B")}},
			handover.AWSFile, ini, driver(""),
		},
		{"azure, account key", handover.Azure("s"), one("AZURE_STORAGE_KEY", "YWJj\n"), "", "", driver(shared)},
		{
			"azure, account key before principal", handover.Azure("s"),
			one("accountKey", "YWJj", "tenantId", "t", "clientId", "c", "clientSecret", "s"), "", "", driver(shared),
		},
		{
			"azure, principal", handover.Azure("s"), one("tenant-id", "t", "AZURE_CLIENT_ID", "c", "clientSecret", "a b"), "", "",
			driver(`,"credentials":{"type":"client_secret","tenantid":"t","clientid":"c","secret":"a b"}`),
		},
		{
			"gcs", handover.GCS("s"), one("other", "no", "key.json", "{\"a\":1}\n\n"), handover.GCSFile, `{"a":1}`,
			driver(`,"keyfile":"/run/zot/gcs-key.json"`),
		},
		{
			"gcs, any name", handover.GCS("s"), one("my.json", "{}"), handover.GCSFile, `{}`,
			driver(`,"keyfile":"/run/zot/gcs-key.json"`),
		},
		{
			"oidc", handover.OIDC("zot", "s"), one("client-secret", "a\"b\\<c>\n"), handover.OIDCFile,
			`{"clientid":"zot","clientsecret":"a\"b\\\u003cc\u003e"}`,
			`{"http":{"auth":{"openid":{"providers":{"oidc":{"credentialsFile":"/run/zot/oidc.json"}}}}},` +
				`"storage":{"storageDriver":{"name":"x"}}}`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			planned, problems := planFor(t, test.credential, test.secrets)
			if planned == nil || len(problems) > 0 {
				t.Fatalf("got problems %+v", problems)
			}
			last := planned.files[len(planned.files)-1]
			if last.name != handover.ConfigFile {
				t.Errorf("the configuration is not the last file, but %s", last.name)
			}
			if diff := cmp.Diff(object(t, test.config), object(t, string(last.content))); diff != "" {
				t.Error(diff)
			}
			if test.file == "" && len(planned.files) == 1 {
				return
			}
			if first := planned.files[0]; first.name != test.file || string(first.content) != test.content {
				t.Errorf("got %s: %q", first.name, first.content)
			}
		})
	}
}

func TestPlanRefuses(t *testing.T) {
	aws, azure, gcs, oidc := handover.AWS("s", "s"), handover.Azure("s"), handover.GCS("s"), handover.OIDC("zot", "s")
	tests := []struct {
		name       string
		credential handover.Credential
		secrets    map[string]volume
		reason     handover.Reason
		key, says  string
	}{
		{"no Secret", aws, nil, handover.ReasonSecretNotFound, "", `Secret "s" does not exist`},
		{"empty Secret", oidc, one(), handover.ReasonSecretNotFound, "", "Create it"},
		{"azure, no Secret", azure, nil, handover.ReasonSecretNotFound, "", `"accountKey" or`},
		{"key missing", aws, one("access-key", "A"), handover.ReasonSecretKeyMissing, "AWS_SECRET_ACCESS_KEY", `"secret-key"`},
		{"not the only key", gcs, one("x", "{}", "y", "{}"), handover.ReasonSecretKeyMissing, "credentials.json", "only key"},
		{"azure, no form", azure, one("x", "A"), handover.ReasonSecretKeyMissing, "accountKey", `principal, "tenantId", "clientId"`},
		{
			"azure, half a principal", azure, one("tenantId", "t", "clientId", "c"), handover.ReasonSecretKeyMissing,
			"clientSecret", `"client-secret"`,
		},
		{"empty value", oidc, one("secret", "\n"), handover.ReasonSecretInvalid, "secret", "it is empty"},
		{
			"line break in INI", aws, one("access-key", "A\nx = y", "secret-key", "B"), handover.ReasonSecretInvalid,
			"access-key", "line breaks",
		},
		{
			"section in INI", aws, one("access-key", "A", "secret-key", "B\r[other]"), handover.ReasonSecretInvalid,
			"secret-key", "line breaks",
		},
		{
			"comment in INI", aws, one("access-key", "A", "secret-key", "B #c"), handover.ReasonSecretInvalid,
			"secret-key", "white space",
		},
		{
			"unusual line break in INI", aws, one("access-key", "A\u2028B", "secret-key", "B"), handover.ReasonSecretInvalid,
			"access-key", "white space",
		},
		{"NUL", aws, one("access-key", "A\x00", "secret-key", "B"), handover.ReasonSecretInvalid, "access-key", "control"},
		{"no text", oidc, one("secret", "\xff"), handover.ReasonSecretInvalid, "secret", "not UTF-8"},
		{"no base64", azure, one("accountKey", "a b"), handover.ReasonSecretInvalid, "accountKey", "not base64"},
		{"no JSON", gcs, one("key.json", "-----BEGIN"), handover.ReasonSecretInvalid, "key.json", "not a JSON object"},
		{"JSON null", gcs, one("key.json", "null"), handover.ReasonSecretInvalid, "key.json", "not a JSON object"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			planned, problems := planFor(t, test.credential, test.secrets)
			if planned != nil || len(problems) != 1 {
				t.Fatalf("got %+v and problems %+v", planned, problems)
			}
			got := problems[0]
			if got.Reason != test.reason || got.Secret != "s" || got.Key != test.key || !strings.Contains(got.Message, test.says) {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestPlanTellsAllProblems(t *testing.T) {
	_, problems := plan(inputs{}, place{}, Layout{RunDir: "/run/zot"})
	if len(problems) != 2 || !strings.Contains(problems[0].Message, "boot.json is missing") ||
		!strings.Contains(problems[1].Message, "live.json is missing") {
		t.Errorf("got %+v", problems)
	}
	_, problems = planFor(t, handover.AWS("a", "b"), nil)
	if len(problems) != 2 {
		t.Errorf("two missing Secrets: got %+v", problems)
	}
	// What one Secret lacks is one problem with all that is to be done.
	for reason, secrets := range map[handover.Reason]map[string]volume{
		handover.ReasonSecretKeyMissing: one("x", "A"), handover.ReasonSecretNotFound: nil,
	} {
		_, problems = planFor(t, handover.AWS("s", "s"), secrets)
		if len(problems) != 1 || problems[0].Reason != reason || !strings.Contains(problems[0].Message, `"access-key"`) ||
			!strings.Contains(problems[0].Message, `"secret-key"`) {
			t.Errorf("got %+v", problems)
		}
	}
	_, problems = planFor(t, handover.AWS("s", "s"), one("access-key", "a b", "secret-key", "c d"))
	if len(problems) != 2 {
		t.Errorf("two bad values: got %+v", problems)
	}
}

func TestLastGoodIsOfTheSameBoot(t *testing.T) {
	files := map[string][]byte{handover.AWSFile: []byte("old")}
	boot, err := handover.EncodeBoot(handover.Boot{Credentials: []handover.Credential{handover.AWS("s", "s")}})
	if err != nil {
		t.Fatal(err)
	}
	in := inputs{boot: boot, live: []byte(`{"format":1,"zot":{}}`)}
	if planned, _ := plan(in, place{files: files, note: note{Boot: "another"}}, Layout{RunDir: "/run/zot"}); planned != nil {
		t.Error("took over what is of another boot document")
	}
	if planned, _ := plan(in, place{files: files, note: note{Boot: handover.Hash(boot)}}, Layout{RunDir: "/run/zot"}); planned == nil {
		t.Error("did not take over what is of this boot document")
	}
	if _, ok := lastGood(handover.KindOIDC, files, "/run/zot"); ok {
		t.Error("took over a file that is not there")
	}
	if _, ok := lastGood("new", files, "/run/zot"); ok {
		t.Error("took over an unknown kind")
	}
	for _, config := range []string{`{"storage":{"storageDriver":{},"cacheDriver":{"name":"redis"}}}`, `{`, ``} {
		files[handover.ConfigFile] = []byte(config)
		for _, kind := range []handover.Kind{handover.KindAzure, handover.KindRedis} {
			if _, ok := lastGood(kind, files, "/run/zot"); ok {
				t.Errorf("%s: took over no credentials from %q", kind, config)
			}
		}
	}
}

func TestRestartHash(t *testing.T) {
	hash := func(secrets map[string]volume) string {
		planned, problems := planFor(t, handover.AWS("s", "s"), secrets)
		if planned == nil {
			t.Fatalf("got %+v", problems)
		}
		return planned.restart
	}
	first := hash(one("access-key", "A", "secret-key", "B"))
	if first != hash(one("accessKey", "A\n", "secret_key", "B", "more", "C")) {
		t.Error("equal values under other keys would end zot")
	}
	if first == hash(one("access-key", "A", "secret-key", "C")) {
		t.Error("another value would not end zot")
	}
}

// Which member a pod is, its name tells. A pod that cannot be one of them gets no configuration: it would be another member.
func TestPlanOfAMember(t *testing.T) {
	boot, err := handover.EncodeBoot(handover.Boot{Zot: object(t, `{"http":{"port":"8080"},"cluster":{"members":["a:8080","b:8080"]}}`)})
	if err != nil {
		t.Fatal(err)
	}
	live, err := handover.EncodeLive(handover.Live{})
	if err != nil {
		t.Fatal(err)
	}
	in := inputs{boot: boot, live: live}
	planned, problems := plan(in, place{}, Layout{RunDir: "/run/zot", Pod: "store-1"})
	if planned == nil || len(problems) > 0 {
		t.Fatalf("got %+v", problems)
	}
	want := object(t, `{"http":{"port":"8080"},"cluster":{"members":["a:8080","127.0.0.1:8080"]}}`)
	if diff := cmp.Diff(want, object(t, string(planned.files[0].content))); diff != "" {
		t.Error(diff)
	}
	if planned, problems := plan(in, place{}, Layout{RunDir: "/run/zot", Pod: "store-2"}); planned != nil || len(problems) != 1 ||
		!strings.Contains(problems[0].Message, "none of the 2 members") {
		t.Errorf("got %+v, %+v", planned, problems)
	}
}
