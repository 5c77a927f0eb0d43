package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// Hashes of the passwords "one" and "two".
var hashes = map[string]string{
	"one": "$5$saltsalt$Xrzp1lrdTubHSU4u0iqRxZwBPbSpWgYCCIE1mGPjVM4",
	"two": "$5$saltsalt$ab/jD0Rxktb8s4TEa8aSpeYgPEOtF2tr5MaSbOSF7K2",
}

// operand is a real zot beside a real agent. The test does what the kubelet does.
type operand struct {
	pod
	binary            string
	registry, agentAt string
	process           *exec.Cmd
	ended             chan struct{}
}

// What only a real zot can show: which credentials take effect as it runs, and which end it, once.
func TestRealZotTakesUpCredentials(t *testing.T) {
	binary := os.Getenv("ZOT_BIN")
	if binary == "" {
		t.Skip("needs zot: set ZOT_BIN to a zot binary")
	}
	o := newOperand(t, binary)
	first := o.process.Process.Pid

	t.Run("passwords without a restart", func(t *testing.T) {
		// zot loses its watch of the passwords in some of the times that it reads its configuration.
		for i, password := range []string{"two", "one", "two", "one", "two"} {
			o.live(i)
			o.write("secrets/users/htpasswd", "ann:"+hashes[password]+"\n")
			o.eventually("ann signs in with password "+password, func() bool { return o.status("ann", password) == http.StatusOK })
			if other := map[string]string{"one": "two", "two": "one"}[password]; o.status("ann", other) != http.StatusUnauthorized {
				t.Errorf("ann still signs in with password %s", other)
			}
		}
	})
	t.Run("certificate without a restart", func(t *testing.T) {
		for serial := int64(2); serial <= 4; serial++ {
			cert, key := certificate(t, serial)
			// A cert-manager Secret changes as a whole; two Secrets come one after the other.
			o.write("secrets/tls/tls.crt", cert)
			time.Sleep(time.Duration(serial%2) * 1500 * time.Millisecond)
			o.write("secrets/tls/tls.key", key)
			o.eventually(fmt.Sprintf("zot serves certificate %d", serial), func() bool { return o.serial() == serial })
		}
	})
	o.awaits(o.agentAt, func(s handover.State) bool { return s.Applied && s.ZotRestarts == 0 })
	if o.process.Process.Pid != first || !o.runs() {
		log, _ := os.ReadFile(filepath.Join(o.root, "zot.log"))
		t.Fatalf("zot has ended:\n%s", log)
	}
	authority, _ := certificate(t, 9)
	for restarts, change := range []func(){
		func() { o.write("configmaps/authorities/ca.crt", authority) },
		func() { o.write("secrets/session/hash-key", strings.Repeat("H", 64)) },
	} {
		o.awaits(o.agentAt, func(s handover.State) bool { return s.Applied })
		change()
		select {
		case <-o.ended:
		case <-time.After(20 * time.Second):
			t.Fatal("zot was not ended")
		}
		o.start()
		o.awaits(o.agentAt, func(s handover.State) bool { return s.Applied && s.ZotRestarts == restarts+1 })
		o.eventually("zot serves again", func() bool { return o.status("ann", "two") == http.StatusOK })
	}
	time.Sleep(3 * time.Second)
	if !o.runs() {
		t.Error("zot was ended once more")
	}
}

func newOperand(t *testing.T, binary string) *operand {
	t.Helper()
	o := &operand{binary: binary, registry: freeAddress(t), agentAt: freeAddress(t)}
	host, port, err := net.SplitHostPort(o.registry)
	if err != nil {
		t.Fatal(err)
	}
	o.pod = newPod(t, handover.Boot{}, handover.Live{})
	run := func(name string) string { return filepath.Join(o.root, "run", name) }
	boot, err := handover.EncodeBoot(handover.Boot{
		Zot: map[string]any{
			"distSpecVersion": "1.1.1",
			"storage":         map[string]any{"rootDirectory": filepath.Join(o.root, "data")},
			"http": map[string]any{
				"address": host, "port": port,
				"tls": map[string]any{"cert": run(handover.TLSCertFile), "key": run(handover.TLSKeyFile)},
				"auth": map[string]any{
					"htpasswd":        map[string]any{"path": run(handover.HTPasswdFile)},
					"sessionKeysFile": run(handover.SessionKeysFile),
				},
			},
		},
		Credentials: []handover.Credential{
			handover.HTPasswd("users"), handover.TLS("tls", "tls"), handover.CA("", "authorities"), handover.SessionKeys("session"),
		},
	})
	o.must(err)
	o.write("boot/boot.json", string(boot))
	o.live(0)
	cert, key := certificate(t, 1)
	o.write("secrets/users/htpasswd", "ann:"+hashes["one"]+"\nbob:"+hashes["two"]+"\n")
	o.write("secrets/tls/tls.crt", cert)
	o.write("secrets/tls/tls.key", key)
	o.write("configmaps/authorities/ca.crt", cert)
	o.write("secrets/session/hash-key", strings.Repeat("h", 64))
	o.write("secrets/session/encrypt-key", strings.Repeat("e", 32))
	if said, err := o.agent("init").CombinedOutput(); err != nil {
		t.Fatalf("init: %v\n%s", err, said)
	}
	sidecar := o.agent("run", "--listen", o.agentAt)
	o.must(sidecar.Start())
	o.start()
	o.eventually("zot serves", func() bool { return o.status("ann", "one") == http.StatusOK && o.serial() == 1 })
	return o
}

// live writes a live document that differs with the number.
func (o *operand) live(number int) {
	o.t.Helper()
	policy := map[string]any{"users": []any{"bob"}, "actions": []any{"read", "create"}[:1+number%2]}
	data, err := handover.EncodeLive(handover.Live{Zot: map[string]any{"http": map[string]any{"accessControl": map[string]any{
		"repositories": map[string]any{"**": map[string]any{"defaultPolicy": []any{"read"}, "policies": []any{policy}}},
	}}}})
	o.must(err)
	o.write("live/live.json", string(data))
	want := handover.Hash(data)
	if _, err := o.state(o.agentAt); err == nil {
		o.awaits(o.agentAt, func(s handover.State) bool { return s.Live == want })
	}
}

// start starts zot as the kubelet does after its end.
func (o *operand) start() {
	o.t.Helper()
	process := exec.Command(o.binary, "serve", filepath.Join(o.root, "run", handover.ConfigFile))
	process.Env = append(os.Environ(), handover.CAEnv+"="+filepath.Join(o.root, "run", "ca"))
	log, err := os.OpenFile(filepath.Join(o.root, "zot.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	o.must(err)
	defer func() { _ = log.Close() }()
	process.Stdout, process.Stderr = log, log
	o.must(process.Start())
	ended := make(chan struct{})
	go func() {
		_ = process.Wait()
		close(ended)
	}()
	o.process, o.ended = process, ended
	o.t.Cleanup(func() {
		_ = process.Process.Signal(syscall.SIGKILL)
		<-ended
	})
}

func (o *operand) runs() bool {
	select {
	case <-o.ended:
		return false
	default:
		return true
	}
}

// status is zot's answer to a user, zero if there is none.
func (o *operand) status(user, password string) int {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+o.registry+"/v2/", http.NoBody)
	o.must(err)
	request.SetBasicAuth(user, password)
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: trustAll()}}
	answer, err := client.Do(request)
	if err != nil {
		return 0
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}

// serial is the number of the certificate that zot serves, zero if it serves none.
func (o *operand) serial() int64 {
	connection, err := tls.Dial("tcp", o.registry, trustAll())
	if err != nil {
		return 0
	}
	defer func() { _ = connection.Close() }()
	return connection.ConnectionState().PeerCertificates[0].SerialNumber.Int64()
}

func trustAll() *tls.Config {
	return &tls.Config{InsecureSkipVerify: true} //nolint:gosec // which certificate is served is what the test is about
}

func (o *operand) eventually(what string, condition func() bool) {
	o.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if condition() {
			return
		}
	}
	o.t.Fatalf("waited 20 s in vain: %s", what)
}

func certificate(t *testing.T, serial int64) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: strings.Repeat("x", int(60/serial))},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"localhost"},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	return cert, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}))
}
