package agent

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

func TestTLSFromTwoSecretsWithOneKeyEach(t *testing.T) {
	cert, key := pair(t, "registry", tomorrow())
	planned, problems := planFor(t, handover.TLS("a", "b"), map[string]volume{"a": {"x": []byte(cert)}, "b": {"y": []byte(key)}})
	if planned == nil || len(problems) > 0 {
		t.Fatalf("got %+v", problems)
	}
	if !fits(planned.files[0].content, planned.files[1].content) {
		t.Error("the pair does not fit")
	}
}

// Members trust the file that all of them serve, and so the next certificate of its authority, too.
func TestTLSWithItsAuthority(t *testing.T) {
	cert, key := pair(t, "registry", tomorrow())
	authority, _ := pair(t, "authority", tomorrow())
	credential := handover.WithAuthority(handover.TLS("s", "s"))
	for name, tc := range map[string]struct{ inSecret, want string }{
		"there":          {authority, strings.TrimSpace(cert) + "\n" + strings.TrimSpace(authority)},
		"not there":      {"", strings.TrimSpace(cert)},
		"no certificate": {"hush", strings.TrimSpace(cert)},
	} {
		secrets := one("tls.crt", cert, "tls.key", key)
		if tc.inSecret != "" {
			secrets["s"]["ca.crt"] = []byte(tc.inSecret)
		}
		planned, problems := planFor(t, credential, secrets)
		if planned == nil || len(problems) > 0 {
			t.Fatalf("%s: got %+v", name, problems)
		}
		if got := string(planned.files[0].content); got != tc.want || !fits(planned.files[0].content, planned.files[1].content) {
			t.Errorf("%s: the file holds %q, want %q", name, got, tc.want)
		}
	}
}

func TestTLSRefuses(t *testing.T) {
	cert, key := pair(t, "registry", tomorrow())
	_, other := pair(t, "another", tomorrow())
	encrypted := "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----"
	old := "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----"
	cut := func(text string) string { return strings.Replace(text, "MI", "QQ", 1) }
	tests := []struct {
		name      string
		secrets   map[string]volume
		reason    handover.Reason
		key, says string
	}{
		{"no Secret", nil, handover.ReasonSecretNotFound, "", `"tls.crt" or "cert" or "cert.pem", and the key "tls.key"`},
		{"no key", one("tls.crt", cert), handover.ReasonSecretKeyMissing, "tls.key", "private key"},
		{"no PEM", one("tls.crt", "hush", "tls.key", key), handover.ReasonSecretInvalid, "tls.crt", "no certificate in PEM"},
		{"key as certificate", one("tls.crt", key, "tls.key", key), handover.ReasonSecretInvalid, "tls.crt", "no certificate in PEM"},
		{"cut certificate", one("tls.crt", cut(cert), "tls.key", key), handover.ReasonSecretInvalid, "tls.crt", "cannot be read"},
		{"no PEM key", one("tls.crt", cert, "tls.key", cert), handover.ReasonSecretInvalid, "tls.key", "no private key in PEM"},
		{"cut key", one("tls.crt", cert, "tls.key", cut(key)), handover.ReasonSecretInvalid, "tls.key", "cannot be read"},
		{"encrypted key", one("tls.crt", cert, "tls.key", encrypted), handover.ReasonSecretInvalid, "tls.key", "passphrase"},
		{"encrypted key, old form", one("tls.crt", cert, "tls.key", old), handover.ReasonSecretInvalid, "tls.key", "passphrase"},
		{
			"another's key", one("tls.crt", cert, "tls.key", other), handover.ReasonSecretInvalid, "tls.key",
			`it does not fit the certificate in key "tls.crt" of Secret "s"`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			planned, problems := planFor(t, handover.TLS("s", "s"), test.secrets)
			if planned != nil || len(problems) != 1 {
				t.Fatalf("got %+v and problems %+v", planned, problems)
			}
			got := problems[0]
			if got.Reason != test.reason || got.Key != test.key || !strings.Contains(got.Message, test.says) ||
				strings.Contains(got.Message, "hush") {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestKindsOfPrivateKeys(t *testing.T) {
	elliptical, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sec1, err := x509.MarshalECPrivateKey(elliptical)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for kind, content := range map[string][]byte{"EC PRIVATE KEY": sec1, "RSA PRIVATE KEY": x509.MarshalPKCS1PrivateKey(whole)} {
		text := string(pem.EncodeToMemory(&pem.Block{Type: "EC PARAMETERS", Bytes: []byte{1}})) +
			string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}))
		if err := isPrivateKey(text); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

func TestCA(t *testing.T) {
	first, key := pair(t, "first", tomorrow())
	second, _ := pair(t, "second", tomorrow())
	bad := "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
	from := func(content string) inputs {
		return inputs{configMaps: one("ca-bundle.crt", content), secrets: one("ca.crt", "of a Secret with the same name")}
	}
	planned, problems := planWith(t, from("# first\n"+first+bad+key+"\n# second\n"+second), handover.CA("", "s"))
	if planned == nil || len(problems) > 0 {
		t.Fatalf("got %+v", problems)
	}
	if got := string(planned.files[0].content) + "\n"; got != first+second {
		t.Errorf("got %s", got)
	}
	again, _ := planWith(t, from(first+"# another comment\n"+second), handover.CA("", "s"))
	if planned.restart != again.restart {
		t.Error("a comment would end zot")
	}
	for content, reason := range map[string]handover.Reason{
		bad: handover.ReasonConfigMapInvalid, key: handover.ReasonConfigMapInvalid, "x": handover.ReasonConfigMapInvalid,
	} {
		planned, problems := planWith(t, from(content), handover.CA("", "s"))
		if planned != nil || len(problems) != 1 || problems[0].Reason != reason || problems[0].ConfigMap != "s" ||
			problems[0].Secret != "" || !strings.Contains(problems[0].Message, `Key "ca-bundle.crt" of ConfigMap "s" cannot be`) {
			t.Errorf("got %+v", problems)
		}
	}
	// On OpenShift a ConfigMap with a label is empty at first. The cluster then writes its authorities there, under this key.
	if _, problems = planWith(t, inputs{configMaps: one()}, handover.CA("", "s")); len(problems) != 1 || problems[0].ConfigMap != "s" {
		t.Errorf("an empty ConfigMap: %+v", problems)
	}
	if planned, problems = planWith(t, from(strings.Repeat("# an authority\n"+first, 150)), handover.CA("", "s")); planned == nil {
		t.Errorf("the authorities of a cluster: %+v", problems)
	}
	_, problems = planWith(t, inputs{secrets: one("ca.crt", first)}, handover.CA("", "s"))
	if len(problems) != 1 || problems[0].Reason != handover.ReasonConfigMapNotFound ||
		!strings.Contains(problems[0].Message, `ConfigMap "s" does not exist`) {
		t.Errorf("got %+v", problems)
	}
	_, problems = planWith(t, inputs{configMaps: one("a", first, "b", first)}, handover.CA("", "s"))
	if len(problems) != 1 || problems[0].Reason != handover.ReasonConfigMapKeyMissing || problems[0].Key != "ca.crt" {
		t.Errorf("got %+v", problems)
	}
}

func TestNotAfter(t *testing.T) {
	until := tomorrow()
	cert, key := pair(t, "registry", until)
	if got, _ := validity([]byte(key + cert)); !got.Equal(until) {
		t.Errorf("got %s, want %s", got, until)
	}
	for _, text := range []string{"", key, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"} {
		if got, _ := validity([]byte(text)); got != (time.Time{}) {
			t.Errorf("got %s", got)
		}
	}
}
