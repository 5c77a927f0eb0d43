package handover_test

import (
	"net/url"
	"testing"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

func TestFind(t *testing.T) {
	source, ok := handover.AWS("a", "b").Find(handover.PurposeSecretKey)
	if !ok || source.Secret != "b" || source.Keys[0] != "AWS_SECRET_ACCESS_KEY" {
		t.Errorf("got %+v", source)
	}
	if _, ok := handover.GCS("a").Find(handover.PurposeAccessKey); ok {
		t.Error("found a source that is not there")
	}
}

// In one Secret for two values its only key would be taken for both.
func TestOnlyKeyIsForOneValue(t *testing.T) {
	for _, credential := range []handover.Credential{
		handover.AWS("a", "a"), handover.TLS("a", "a"), handover.Azure("a"), handover.SessionKeys("a"),
		handover.Redis(handover.RedisServer{}, "a"), handover.ObjectBucketClaim("a", true, true),
	} {
		for _, source := range credential.Sources {
			if source.OnlyKey {
				t.Errorf("%s: an only key would be %s", credential.Kind, source.Purpose)
			}
		}
	}
	for _, credential := range []handover.Credential{
		handover.AWS("a", "b"), handover.TLS("a", "b"), handover.GCS("a"), handover.OIDC("zot", "a"), handover.HTPasswd("a"),
		handover.CA("a", ""), handover.CA("", "a"),
	} {
		for _, source := range credential.Sources {
			if !source.OnlyKey {
				t.Errorf("%s: an only key would not be %s", credential.Kind, source.Purpose)
			}
		}
	}
}

func TestKeysOfOneSecretAreOfOnePurpose(t *testing.T) {
	for _, credential := range exampleBoot().Credentials {
		purposes := map[string]handover.Purpose{}
		for _, source := range credential.Sources {
			for _, key := range source.Keys {
				if other, ok := purposes[key]; ok {
					t.Errorf("%s: key %q is both %s and %s", credential.Kind, key, other, source.Purpose)
				}
				purposes[key] = source.Purpose
			}
		}
	}
}

func TestRedisURL(t *testing.T) {
	tests := []struct {
		server             handover.RedisServer
		username, password string
		want               string
	}{
		{handover.RedisServer{Address: "redis:6379"}, "", "", "redis://redis:6379/0"},
		{handover.RedisServer{Address: "[::1]:1", Database: 12}, "", "p", "redis://:p@[::1]:1/12"},
		{handover.RedisServer{Address: "r:1", TLS: true}, "u", "", "rediss://u:@r:1/0"},
		{handover.RedisServer{Address: "r:1"}, "a@b", "/?#%:", "redis://a%40b:%2F%3F%23%25%3A@r:1/0"},
		// zot would take these for addresses of a redis cluster.
		{handover.RedisServer{Address: "addr.example:1"}, "addr", "myaddr", "redis://%61ddr:my%61ddr@Addr.example:1/0"},
	}
	for _, test := range tests {
		got := test.server.URL(test.username, test.password)
		if got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
		parsed, err := url.Parse(got)
		if err != nil {
			t.Fatal(err)
		}
		if password, _ := parsed.User.Password(); parsed.User.Username() != test.username || password != test.password {
			t.Errorf("%s is of user %q with password %q", got, parsed.User.Username(), password)
		}
	}
}

func TestRedisServerIsChecked(t *testing.T) {
	for _, server := range []handover.RedisServer{
		{Address: "u:p@host:1"},
		{Address: "host:1/2"},
		{Address: "host:1?a=b"},
		{Address: "ho st:1"},
		{Address: ":1"},
		{Address: "host:port"},
		{Address: "host:1", Database: -1},
	} {
		boot := handover.Boot{Credentials: []handover.Credential{handover.Redis(server, "s")}}
		if _, err := handover.EncodeBoot(boot); err == nil {
			t.Errorf("%+v was taken", server)
		}
	}
	for _, server := range []handover.RedisServer{{}, {Address: "host:1"}, {Address: "addr:1"}, {Address: "[::1]:1"}, {Address: "host"}} {
		boot := handover.Boot{Credentials: []handover.Credential{handover.Redis(server, "s")}}
		if _, err := handover.EncodeBoot(boot); err != nil {
			t.Error(err)
		}
	}
}
