package agent

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// form is one way to give a credential: the values that it needs, and what becomes of them.
type form struct {
	name       string
	credential handover.Credential
	// values by purpose. Each of them is looked for under each of its documented keys.
	values map[handover.Purpose]string
	// file and content are one of the files, config is a path in the configuration and what is there.
	file, content, config string
	wants                 any
}

const (
	bcryptHash = "$2y$05$R3dYkGfYkfXWkbS8mdwbEuKp.jj5bjNyZBk8UBZXcfFIGc1GyrjLa"
	sha256Hash = "$5$saltsalt$hcyDOxdIg0p3xyqtpHh/v8Ph.am06tQaovp1KpEklb7"
	sha512Hash = "$6$saltsalt$8RWsOfwR6M6PpnoeQiEiWzNTPo1f0HjVYjDnLZhGx16aBFRkeqiHAzfXP/LgrOWMBMXqiU2pLrXsSOHNUyUm91"
)

func forms(t *testing.T) []form {
	cert, key := pair(t, "registry", tomorrow())
	hash, encrypt := strings.Repeat("h", 64), strings.Repeat("e", 32)
	server := handover.RedisServer{Address: "redis:6379", Database: 2}
	encrypted := handover.RedisServer{Address: "redis:6379", TLS: true}
	type values = map[handover.Purpose]string
	return []form{
		{
			"aws", handover.AWS("s", "s"),
			values{handover.PurposeAccessKey: "A", handover.PurposeSecretKey: "B"},
			handover.AWSFile, "[default]\naws_access_key_id = A\naws_secret_access_key = B", "", nil,
		},
		{
			"bucket claim", handover.ObjectBucketClaim("s", true, true),
			values{
				handover.PurposeAccessKey: "A", handover.PurposeSecretKey: "B", handover.PurposeBucket: "made-1",
				handover.PurposeHost: "rgw.rook.svc", handover.PurposePort: "80", handover.PurposeRegion: "here",
			},
			handover.AWSFile, "[default]\naws_access_key_id = A\naws_secret_access_key = B", "storage.storageDriver",
			map[string]any{"name": "x", "bucket": "made-1", "region": "here", "regionendpoint": "http://rgw.rook.svc:80", "secure": false},
		},
		{
			"bucket claim, encrypted", handover.ObjectBucketClaim("s", true, false),
			values{
				handover.PurposeAccessKey: "A", handover.PurposeSecretKey: "B", handover.PurposeBucket: "made-1",
				handover.PurposeHost: "s3.openshift-storage.svc", handover.PurposePort: "443",
			},
			"", "", "storage.storageDriver",
			map[string]any{"name": "x", "bucket": "made-1", "regionendpoint": "https://s3.openshift-storage.svc:443", "secure": true},
		},
		{
			"bucket claim, with an endpoint of the spec", handover.ObjectBucketClaim("s", false, false),
			values{handover.PurposeAccessKey: "A", handover.PurposeSecretKey: "B", handover.PurposeBucket: "made-1"},
			"", "", "storage.storageDriver",
			map[string]any{"name": "x", "bucket": "made-1"},
		},
		{
			"azure account key", handover.Azure("s"),
			values{handover.PurposeAccountKey: "YWJj"},
			"", "", "storage.storageDriver.accountkey", "YWJj",
		},
		{
			"azure principal", handover.Azure("s"),
			values{handover.PurposeTenantID: "t", handover.PurposeClientID: "c", handover.PurposeClientSecret: "x"},
			"", "", "storage.storageDriver.credentials",
			map[string]any{"type": "client_secret", "tenantid": "t", "clientid": "c", "secret": "x"},
		},
		{
			"gcs", handover.GCS("s"),
			values{handover.PurposeKeyFile: `{"a":1}`},
			handover.GCSFile, `{"a":1}`,
			"storage.storageDriver.keyfile", "/run/zot/" + handover.GCSFile,
		},
		{
			"oidc", handover.OIDC("zot", "s"),
			values{handover.PurposeClientSecret: "x"},
			handover.OIDCFile, `{"clientid":"zot","clientsecret":"x"}`,
			"http.auth.openid.providers.oidc.credentialsFile", "/run/zot/" + handover.OIDCFile,
		},
		{
			"redis password", handover.Redis(server, "s"),
			values{handover.PurposePassword: "p"},
			"", "", "storage.cacheDriver",
			map[string]any{"addr": []any{"redis:6379"}, "db": 2.0, "password": "p"},
		},
		{
			"redis user", handover.Redis(server, "s"),
			values{handover.PurposePassword: "p", handover.PurposeUsername: "u"},
			"", "",
			"storage.cacheDriver",
			map[string]any{"addr": []any{"redis:6379"}, "db": 2.0, "username": "u", "password": "p"},
		},
		{
			"redis with TLS", handover.Redis(encrypted, "s"),
			values{handover.PurposePassword: "p", handover.PurposeUsername: "u"},
			"", "",
			"storage.cacheDriver",
			map[string]any{"url": "rediss://u:p@redis:6379/0"},
		},
		{
			"redis URL", handover.Redis(handover.RedisServer{}, "s"),
			values{handover.PurposeURL: "rediss://u:p@other/1"},
			"", "",
			"storage.cacheDriver",
			map[string]any{"url": "rediss://u:p@other:6379/1"},
		},
		{
			"htpasswd", handover.HTPasswd("s"),
			values{handover.PurposeUsers: "ann:" + bcryptHash},
			handover.HTPasswdFile, "ann:" + bcryptHash, "", nil,
		},
		{
			"certificate", handover.TLS("s", "s"),
			values{handover.PurposeCertificate: cert, handover.PurposePrivateKey: key},
			handover.TLSCertFile, strings.TrimSpace(cert), "", nil,
		},
		{
			"private key", handover.TLS("s", "s"),
			values{handover.PurposeCertificate: cert, handover.PurposePrivateKey: key},
			handover.TLSKeyFile, strings.TrimSpace(key), "", nil,
		},
		{
			"CA in a Secret", handover.CA("s", ""),
			values{handover.PurposeCertificates: cert},
			handover.CAFile, strings.TrimSpace(cert), "", nil,
		},
		{
			"CA in a ConfigMap", handover.CA("", "s"),
			values{handover.PurposeCertificates: cert},
			handover.CAFile, strings.TrimSpace(cert), "", nil,
		},
		{
			"session keys", handover.SessionKeys("s"),
			values{handover.PurposeHashKey: hash, handover.PurposeEncryptKey: encrypt},
			handover.SessionKeysFile, `{"encryptKey":"` + encrypt + `","hashKey":"` + hash + `"}`, "", nil,
		},
	}
}

// Every key under which a value may be is found, beside other keys too, and becomes what zot wants.
func TestEveryKeyIsFound(t *testing.T) {
	covered := map[handover.Kind]map[handover.Purpose]bool{}
	for _, form := range forms(t) {
		t.Run(form.name, func(t *testing.T) {
			for purpose := range form.values {
				source, _ := form.credential.Find(purpose)
				for _, key := range source.Keys {
					checkForm(t, form, map[handover.Purpose]string{purpose: key})
				}
				if covered[form.credential.Kind] == nil {
					covered[form.credential.Kind] = map[handover.Purpose]bool{}
				}
				covered[form.credential.Kind][purpose] = true
			}
		})
		for _, source := range form.credential.Sources {
			if source.OnlyKey {
				t.Run(form.name+", any name", func(t *testing.T) {
					checkForm(t, form, map[handover.Purpose]string{source.Purpose: "whatever"})
				})
			}
		}
	}
	for _, form := range forms(t) {
		for _, source := range form.credential.Sources {
			if !covered[form.credential.Kind][source.Purpose] {
				t.Errorf("no form has %s of %s", source.Purpose, form.credential.Kind)
			}
		}
	}
}

// checkForm plans with the values under these keys, or else under the first one that is looked for.
func checkForm(t *testing.T, form form, keys map[handover.Purpose]string) {
	t.Helper()
	content := volume{}
	for purpose, value := range form.values {
		source, _ := form.credential.Find(purpose)
		key := source.Keys[0]
		if keys[purpose] != "" {
			key = keys[purpose]
		}
		content[key] = []byte(value + "\n")
	}
	if !slices.Contains(slices.Collect(maps.Values(keys)), "whatever") {
		content["other"] = []byte("beside")
	}
	// Some come from a Secret and a ConfigMap of one name.
	in := inputs{secrets: map[string]volume{"s": content}, configMaps: map[string]volume{"s": content}}
	planned, problems := planWith(t, in, form.credential)
	if planned == nil || len(problems) > 0 {
		t.Fatalf("%v: got problems %+v", keys, problems)
	}
	var config map[string]any
	found := false
	for _, file := range planned.files {
		if file.name == handover.ConfigFile {
			config = object(t, string(file.content))
		}
		if file.name == form.file {
			found = true
			if string(file.content) != form.content {
				t.Errorf("%v: %s holds %q, want %q", keys, file.name, file.content, form.content)
			}
		}
	}
	if form.file != "" && !found {
		t.Errorf("%v: there is no file %s", keys, form.file)
	}
	if form.config != "" {
		got, _ := json.Marshal(at(config, form.config))
		want, _ := json.Marshal(form.wants)
		if string(got) != string(want) {
			t.Errorf("%v: %s is %s, want %s", keys, form.config, got, want)
		}
	}
}

// A provisioner may leave empty what its server does not have.
func TestBucketClaimWithEmptyValues(t *testing.T) {
	in := inputs{
		secrets: map[string]volume{"s": {"AWS_ACCESS_KEY_ID": []byte("A"), "AWS_SECRET_ACCESS_KEY": []byte("B")}},
		configMaps: map[string]volume{"s": {
			"BUCKET_NAME": []byte("made-1"), "BUCKET_HOST": []byte("s3.example.com"), "BUCKET_PORT": nil, "BUCKET_REGION": []byte(" "),
		}},
	}
	planned, problems := planWith(t, in, handover.ObjectBucketClaim("s", true, true))
	if planned == nil || len(problems) > 0 {
		t.Fatalf("got problems %+v", problems)
	}
	config := object(t, string(planned.files[len(planned.files)-1].content))
	got, _ := json.Marshal(at(config, "storage.storageDriver"))
	if want := `{"bucket":"made-1","name":"x","regionendpoint":"https://s3.example.com","secure":true}`; string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestBucketClaimThatIsNone(t *testing.T) {
	for key, value := range map[string]string{"BUCKET_HOST": "https://s3", "BUCKET_PORT": "http", "BUCKET_NAME": "two words"} {
		claim := volume{"BUCKET_NAME": []byte("made-1"), "BUCKET_HOST": []byte("s3.example.com"), "BUCKET_PORT": []byte("443")}
		claim[key] = []byte(value)
		in := inputs{
			secrets:    map[string]volume{"s": {"AWS_ACCESS_KEY_ID": []byte("A"), "AWS_SECRET_ACCESS_KEY": []byte("B")}},
			configMaps: map[string]volume{"s": claim},
		}
		planned, problems := planWith(t, in, handover.ObjectBucketClaim("s", true, true))
		if planned != nil || len(problems) != 1 || problems[0].Reason != handover.ReasonConfigMapInvalid || problems[0].Key != key {
			t.Errorf("%s: got %+v", key, problems)
		}
	}
}
