package agent

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// age makes files look old, so that writing them shows.
func (p *pod) age(names ...string) time.Time {
	p.t.Helper()
	old := time.Now().Add(-time.Hour).Truncate(time.Second)
	for _, name := range names {
		p.must(os.Chtimes(p.layout.run(name), old, old))
	}
	return old
}

func (p *pod) writtenSince(name string, old time.Time) bool {
	p.t.Helper()
	info, err := os.Stat(p.layout.run(name))
	p.must(err)
	return info.ModTime().After(old)
}

func TestChangedUsersEndNothing(t *testing.T) {
	p := newPod(t)
	p.boot(plainBoot, handover.HTPasswd("users"))
	p.live(readOnly)
	p.secret("users", map[string]string{"htpasswd": "ann:" + sha256Hash + "\nbob:" + sha256Hash})
	a := p.started()
	old := p.age(handover.ConfigFile)
	p.secret("users", map[string]string{"htpasswd": "ann:" + sha256Hash + "\n"})
	a.round()
	if state := a.State(); !state.Applied || state.ZotRestarts != 0 || p.zot.ended != 0 {
		t.Errorf("got %+v, ended %d", state, p.zot.ended)
	}
	if strings.TrimSpace(p.file(handover.HTPasswdFile)) != "ann:"+sha256Hash {
		t.Errorf("got %q", p.file(handover.HTPasswdFile))
	}
	if !p.writtenSince(handover.ConfigFile, old) {
		t.Error("zot may have lost its watch of the passwords, and was not made to read them")
	}
	old = p.age(handover.ConfigFile, handover.HTPasswdFile)
	a.settled = nil
	a.round()
	if p.writtenSince(handover.ConfigFile, old) || p.writtenSince(handover.HTPasswdFile, old) {
		t.Error("files were written without need")
	}
}

// An agent that dies between the two writes leaves it to the next one to tell zot.
func TestUsersAreToldAfterACrash(t *testing.T) {
	p := newPod(t)
	p.boot(plainBoot, handover.HTPasswd("users"))
	p.live(readOnly)
	p.secret("users", map[string]string{"htpasswd": "ann:" + sha256Hash})
	p.started()
	p.secret("users", map[string]string{"htpasswd": "ann:" + sha512Hash})
	p.must(p.layout.write(handover.HTPasswdFile, []byte("ann:"+sha512Hash), '\n'))
	old := p.age(handover.ConfigFile)
	p.sidecar().round()
	if !p.writtenSince(handover.ConfigFile, old) {
		t.Error("zot was not made to read the passwords")
	}
}

// The two halves of a renewed pair come one after the other, and zot sees both or none.
func TestRenewedPairWaitsForBothHalves(t *testing.T) {
	p := newPod(t)
	p.boot(plainBoot, handover.TLS("cert", "key"))
	p.live(readOnly)
	until := tomorrow()
	firstCert, firstKey := pair(t, "first", until)
	cert, key := pair(t, "second", until.Add(time.Hour))
	p.secret("cert", map[string]string{"tls.crt": firstCert})
	p.secret("key", map[string]string{"tls.key": firstKey})
	a := p.started()
	if got := a.State().CertificateNotAfter; !got.Equal(until) {
		t.Errorf("valid until %s, want %s", got, until)
	}
	p.secret("cert", map[string]string{"tls.crt": cert})
	a.round()
	state := a.State()
	if state.Applied || len(state.Problems) != 1 || state.Problems[0].Secret != "key" || !state.CertificateNotAfter.Equal(until) {
		t.Errorf("got %+v", state)
	}
	if p.file(handover.TLSCertFile) != firstCert || p.file(handover.TLSKeyFile) != firstKey {
		t.Error("half of a pair was written")
	}
	p.secret("key", map[string]string{"tls.key": key})
	a.round()
	state = a.State()
	if !state.Applied || state.ZotRestarts != 0 || p.zot.ended != 0 || !state.CertificateNotAfter.Equal(until.Add(time.Hour)) {
		t.Errorf("got %+v, ended %d", state, p.zot.ended)
	}
	if !fits([]byte(p.file(handover.TLSCertFile)), []byte(p.file(handover.TLSKeyFile))) {
		t.Error("the pair does not fit")
	}
}

func TestHalfAPairIsNoLastGood(t *testing.T) {
	firstCert, _ := pair(t, "first", tomorrow())
	_, key := pair(t, "second", tomorrow())
	found := map[string][]byte{handover.TLSCertFile: []byte(firstCert), handover.TLSKeyFile: []byte(key)}
	if _, ok := lastGood(handover.KindTLS, found, "/run/zot"); ok {
		t.Error("took over a pair with which zot does not start")
	}
}

func TestExpiredCertificateIsTakenAndTold(t *testing.T) {
	p := newPod(t)
	p.boot(plainBoot, handover.TLS("s", "s"))
	p.live(readOnly)
	cert, key := pair(t, "old", time.Now().Add(-time.Hour))
	p.secret("s", map[string]string{"tls.crt": cert, "tls.key": key})
	a := p.started()
	if !a.State().Applied || !strings.Contains(p.logs.String(), "The certificate has expired") {
		t.Errorf("got %+v\n%s", a.State(), p.logs)
	}
}

func TestWhatZotReadsAtItsStartEndsIt(t *testing.T) {
	first, _ := pair(t, "first", tomorrow())
	second, _ := pair(t, "second", tomorrow())
	session := func(letter string) map[string]string {
		return map[string]string{
			handover.SessionHashKey: strings.Repeat(letter, 64), handover.SessionEncryptKey: strings.Repeat(letter, 32),
		}
	}
	server := handover.RedisServer{Address: "redis:6379"}
	tests := map[string]struct {
		credential    handover.Credential
		before, after map[string]string
		configMap     bool
	}{
		"ca":           {handover.CA("s", ""), map[string]string{"ca.crt": first}, map[string]string{"ca.crt": first + second}, false},
		"public ca":    {handover.CA("", "s"), map[string]string{"ca.crt": first}, map[string]string{"ca.crt": second}, true},
		"session keys": {handover.SessionKeys("s"), session("a"), session("b"), false},
		"redis":        {handover.Redis(server, "s"), map[string]string{"password": "a"}, map[string]string{"password": "b"}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := newPod(t)
			put := p.secret
			if test.configMap {
				put = p.configMap
			}
			p.boot(plainBoot, test.credential)
			p.live(readOnly)
			put("s", test.before)
			a := p.started()
			put("s", test.after)
			for range 3 {
				a.round()
			}
			if state := a.State(); !state.Applied || state.ZotRestarts != 1 || p.zot.ended != 1 {
				t.Errorf("got %+v, ended %d", state, p.zot.ended)
			}
			a = p.sidecar()
			a.round()
			if p.zot.ended != 1 {
				t.Error("the next agent has ended zot once more")
			}
		})
	}
}

func TestReloadedFilesAreWrittenAgainDuringZotsStart(t *testing.T) {
	p := newPod(t)
	upstream := handover.Sync([]handover.RegistryUser{{Host: "registry.example.com", Secret: "upstream"}})
	p.boot(plainBoot, handover.HTPasswd("users"), handover.TLS("s", "s"), upstream)
	p.live(readOnly)
	cert, key := pair(t, "first", tomorrow())
	p.secret("users", map[string]string{"htpasswd": "ann:" + sha256Hash})
	p.secret("upstream", map[string]string{"username": "ann", "password": "one"})
	p.secret("s", map[string]string{"tls.crt": cert, "tls.key": key})
	a := p.started()
	p.zot.starting = true
	cert, key = pair(t, "second", tomorrow())
	p.secret("s", map[string]string{"tls.crt": cert, "tls.key": key})
	a.round()
	if a.State().Applied {
		t.Error("told to be applied, though zot may have missed it")
	}
	old := p.age(watched...)
	for range repeatAfter {
		a.round()
	}
	for _, name := range watched {
		if !p.writtenSince(name, old) {
			t.Errorf("%s was not written again", name)
		}
	}
	if !a.State().Applied || p.zot.ended != 0 {
		t.Errorf("got %+v, ended %d", a.State(), p.zot.ended)
	}
}
