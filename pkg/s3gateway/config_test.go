package s3gateway_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/zot-artifact-store/operator/pkg/s3gateway"
)

func valid() s3gateway.Config {
	return s3gateway.Config{
		Format: s3gateway.Format, MaxUploadSize: 1 << 30, Region: "us-east-1", RootSecret: "sample-s3-root",
		Filesystem: &s3gateway.Filesystem{},
	}
}

func TestTheDocumentSurvivesItsWay(t *testing.T) {
	config := valid()
	config.Filesystem = nil
	config.S3 = &s3gateway.S3{
		Endpoint: "https://s3.example.com", Region: "eu-central-1", Bucket: "objects", AccessKeySecret: "a", SecretKeySecret: "b",
	}
	config.TLS = &s3gateway.TLS{CertSecret: "tls", KeySecret: "tls"}
	config.CA = &s3gateway.CA{ConfigMap: "authorities"}
	config.SignIn = &s3gateway.SignIn{Issuer: "https://keycloak.example.com/realms/people", ClientID: "zot", Rules: []s3gateway.Rule{
		{Groups: []string{"writers"}, Buckets: []string{"team-*"}, Actions: s3gateway.Actions()},
	}}
	text, err := config.Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := s3gateway.Decode(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(config, got); diff != "" {
		t.Error(diff)
	}
	var names []string
	for _, credential := range got.Credentials() {
		for _, source := range credential.Sources {
			names = append(names, source.Secret+source.ConfigMap)
		}
	}
	want := "sample-s3-root sample-s3-root a b tls tls authorities"
	if strings.Join(names, " ") != want {
		t.Errorf("looks into %v, want %s", names, want)
	}
}

func TestRefuses(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*s3gateway.Config)
		want   string
	}{
		"another format":  {func(c *s3gateway.Config) { c.Format = 2 }, "format 2"},
		"no limit":        {func(c *s3gateway.Config) { c.MaxUploadSize = 0 }, "maxUploadSize"},
		"no root keys":    {func(c *s3gateway.Config) { c.RootSecret = "" }, "rootSecret"},
		"no region":       {func(c *s3gateway.Config) { c.Region = "" }, "region"},
		"no storage":      {func(c *s3gateway.Config) { c.Filesystem = nil }, "0 of filesystem"},
		"two storages":    {func(c *s3gateway.Config) { c.Azure = &s3gateway.Azure{} }, "2 of filesystem"},
		"half a provider": {func(c *s3gateway.Config) { c.SignIn = &s3gateway.SignIn{Issuer: "https://keycloak"} }, "signIn"},
		"half a credential": {func(c *s3gateway.Config) {
			c.Filesystem, c.S3 = nil, &s3gateway.S3{AccessKeySecret: "a"}
		}, "needs both"},
	} {
		t.Run(name, func(t *testing.T) {
			config := valid()
			tc.change(&config)
			if _, err := config.Encode(); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want it to name %q", err, tc.want)
			}
		})
	}
	for text, want := range map[string]string{
		`{"format":1,"quota":1}`: "unknown field", `{`: "read the S3", `{"format":1} {}`: "more than one",
	} {
		if _, err := s3gateway.Decode(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
}
