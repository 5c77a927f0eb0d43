package agent

import (
	"fmt"
	"strings"
	"testing"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

func TestPasswordLines(t *testing.T) {
	value := strings.Join([]string{
		"\ufeffann:" + bcryptHash + " \r",
		"",
		"# bob: is on leave",
		"bob:" + sha256Hash,
		"cyd:" + sha512Hash,
		"dan:$5$rounds=1000$salt$" + sha256Hash[12:],
		"no colon",
		":" + bcryptHash,
		"eve:plain text",
		"fay:$apr1$salt$TiCvtUwyJjvTTRhsvo8gS1",
		"gus:$2y$05$tooshort",
		"hal:$2y$03" + bcryptHash[6:],
		"ian\x00:" + bcryptHash,
		"jon:$5$$" + sha256Hash[12:],
		strings.Repeat("k", maxLine) + ":" + bcryptHash,
	}, "\n")
	good, bad := passwordLines(value)
	if len(good) != 4 || good[0] != "ann:"+bcryptHash || good[1] != "bob:"+sha256Hash {
		t.Errorf("got %q", good)
	}
	var numbers []int
	for _, line := range bad {
		numbers = append(numbers, line.number)
	}
	if fmt.Sprint(numbers) != "[7 8 9 10 11 12 13 14 15]" {
		t.Errorf("got bad lines %v", bad)
	}
}

func TestOneBadLineLocksOutOneUser(t *testing.T) {
	users := "ann:" + bcryptHash + "\nbob:hush-hush\n\n# a comment\ncyd:" + sha512Hash + "\ndan"
	planned, problems := planFor(t, handover.HTPasswd("s"), one("auth", users))
	if planned == nil || string(planned.files[0].content) != "ann:"+bcryptHash+"\ncyd:"+sha512Hash {
		t.Fatalf("the good lines are not in effect: %+v", problems)
	}
	if len(problems) != 1 || problems[0].Reason != handover.ReasonSecretInvalid || problems[0].Key != "auth" ||
		!strings.Contains(problems[0].Message, "line 2 has no bcrypt") || !strings.Contains(problems[0].Message, "line 6 is not") ||
		strings.Contains(problems[0].Message, "hush") {
		t.Errorf("got %+v", problems)
	}
	_, problems = planFor(t, handover.HTPasswd("s"), one("auth", "ann:"+bcryptHash+strings.Repeat("\nx", 20)))
	if len(problems) != 1 || !strings.Contains(problems[0].Message, "line 6 is not of the form user:hash, and 15 more.") {
		t.Errorf("got %+v", problems)
	}
}

func TestSignInRefuses(t *testing.T) {
	hash, encrypt := strings.Repeat("h", 64), strings.Repeat("e", 32)
	users, session := handover.HTPasswd("s"), handover.SessionKeys("s")
	tests := []struct {
		name       string
		credential handover.Credential
		secrets    map[string]volume
		reason     handover.Reason
		key, says  string
	}{
		{"no users", users, nil, handover.ReasonSecretNotFound, "", `"htpasswd" or "auth" or "users" (or any name`},
		{"users elsewhere", users, one("a", "x", "b", "y"), handover.ReasonSecretKeyMissing, "htpasswd", "users that may sign in"},
		{"empty file", users, one("htpasswd", "\n\n"), handover.ReasonSecretInvalid, "htpasswd", "it is empty"},
		{"comments", users, one("htpasswd", "# ann\n# bob"), handover.ReasonSecretInvalid, "htpasswd", "comments only"},
		{"wrong file", users, one("htpasswd", "#\nhush-hush"), handover.ReasonSecretInvalid, "htpasswd", "line 2 is not of the form"},
		{"no session keys", session, nil, handover.ReasonSecretNotFound, "", "The operator makes it; if it stays away"},
		{"half of them", session, one("hash-key", hash), handover.ReasonSecretKeyMissing, "encrypt-key", "if it is not yours, delete it"},
		{"short hash key", session, one("hash-key", "hush", "encrypt-key", encrypt), handover.ReasonSecretInvalid, "hash-key", "[32 64]"},
		{"odd encrypt key", session, one("hash-key", hash, "encrypt-key", "hush"), handover.ReasonSecretInvalid, "encrypt-key", "[16 24 32]"},
		{
			"binary", session, one("hash-key", hash[1:]+"\xff", "encrypt-key", encrypt), handover.ReasonSecretInvalid, "hash-key",
			"if it is not yours, delete it",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			planned, problems := planFor(t, test.credential, test.secrets)
			if planned != nil || len(problems) != 1 {
				t.Fatalf("got %+v and problems %+v", planned, problems)
			}
			got := problems[0]
			if got.Reason != test.reason || got.Secret != "s" || got.Key != test.key ||
				!strings.Contains(got.Message, test.says) || strings.Contains(got.Message, "hush") {
				t.Errorf("got %+v", got)
			}
		})
	}
}
