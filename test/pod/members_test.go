package pod

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/zot-artifact-store/operator/pkg/defaults"
	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/pkg/zotconfig"
)

const (
	s3Key    = "a-key"
	s3Secret = "a-secret-key"
)

// Several zots on one bucket and one redis: whoever pushes where, also while one of them is killed and comes back, and on the way from two
// to three and back, no tag whose push was acknowledged is lost, and every member finds it. The way leads through none, as the operator
// goes it.
func TestMembers(t *testing.T) {
	if os.Getenv("ZOT_BIN") == "" {
		t.Skip("needs the real zot: set ZOT_BIN to its binary")
	}
	s3, redis := startS3(t), startRedis(t)
	ring := &ring{t: t, spec: fmt.Sprintf(`
storage:
  type: s3
  s3: {endpoint: "http://%s", region: us-east-1, bucket: artifacts, accessKeySecret: s3, secretKeySecret: s3}
  cache: {type: redis, redis: {address: "%s"}}`, s3, redis)}

	ring.begin(2)
	pushing := ring.push()
	pushing.await(t, 40)
	killed := ring.members[1]
	_ = killed.process.Process.Signal(syscall.SIGKILL)
	<-killed.ended
	killed.serve()
	killed.Eventually("zot serves again", func() bool { return killed.answer("/readyz") == 200 })
	pushing.await(t, 40)
	for _, count := range []int{3, 2} {
		ring.end()
		ring.begin(count)
		pushing.await(t, 40)
	}
	acknowledged, failed := pushing.stop()
	lost := 0
	for _, member := range ring.members {
		for target, digest := range acknowledged {
			repository, tag, _ := strings.Cut(target, ":")
			if got, err := member.Pull(User{}, repository, tag); err != nil || got.String() != digest {
				t.Errorf("%s at %s: %v, %v, pushed was %s", target, member.Address(), got, err, digest)
				lost++
			}
		}
	}
	ring.end()
	t.Logf("%d pushes acknowledged, %d failed while somebody was away, %d lost", len(acknowledged), failed, lost)
}

// ring are the pods of a store of several.
type ring struct {
	t    *testing.T
	spec string

	mutex   sync.RWMutex
	members []*Pod
}

// begin starts that many.
func (r *ring) begin(count int) {
	r.t.Helper()
	spec := specOf(r.t, r.spec)
	spec.Replicas = new(int32(count)) //nolint:gosec // a handful
	documents, err := zotconfig.Render(
		zotconfig.Store{Namespace: "team-a", Name: "shared", UID: "a-uid"}, defaults.Effective(spec, defaults.Upstream()))
	if err != nil {
		r.t.Fatal(err)
	}
	var members []*Pod
	for range count {
		members = append(members, New(r.t, "shared"))
	}
	port := ":" + strconv.Itoa(int(defaults.Port))
	for i, member := range members {
		member.Secret("s3", map[string]string{"access-key": s3Key, "secret-key": s3Secret})
		member.member = names.Pod("shared", i)
		member.boot = member.moved(documents.Boot)
		// On the loopback each has a port of its own, and no Service.
		for j, other := range members {
			member.boot = bytes.ReplaceAll(member.boot, []byte(names.MemberHost("team-a", "shared", j)+port), []byte("localhost:"+portOf(other)))
		}
		member.boot = bytes.ReplaceAll(member.boot, []byte(fmt.Sprintf(`"port": "%d"`, defaults.Port)), []byte(`"port": "`+portOf(member)+`"`))
		member.must(os.WriteFile(filepath.Join(member.root, "boot", handover.BootFile), member.boot, 0o600))
		member.must(os.WriteFile(filepath.Join(member.root, "live", handover.LiveFile), documents.Live, 0o600))
		member.variables = []string{handover.AWSFileEnv + "=" + filepath.Join(member.root, "run", handover.AWSFile)}
		member.begin()
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.members = members
}

func portOf(p *Pod) string { return strconv.Itoa(int(p.port)) }

// end ends all, before any other begins.
func (r *ring) end() {
	r.mutex.Lock()
	members := r.members
	r.members = nil
	r.mutex.Unlock()
	for _, member := range members {
		// In good order, as the kubelet ends them.
		_ = member.process.Process.Signal(syscall.SIGTERM)
		<-member.ended
		member.process = nil
		member.end()
	}
}

// pushing are several who push to the same repositories, each time by another member.
type pushing struct {
	mutex        sync.Mutex
	acknowledged map[string]string
	failed       int
	done         atomic.Bool
	all          sync.WaitGroup
}

func (r *ring) push() *pushing {
	p := &pushing{acknowledged: map[string]string{}}
	for who := range 4 {
		p.all.Go(func() {
			for n := 0; !p.done.Load(); n++ {
				r.mutex.RLock()
				members := r.members
				r.mutex.RUnlock()
				if len(members) == 0 {
					continue
				}
				repository, tag := fmt.Sprintf("team/app-%d", n%3), fmt.Sprintf("by-%d-%d", who, n)
				digest, err := members[(who+n)%len(members)].Push(User{}, repository, tag)
				p.mutex.Lock()
				if err == nil {
					p.acknowledged[repository+":"+tag] = digest.String()
				} else {
					p.failed++
				}
				p.mutex.Unlock()
			}
		})
	}
	return p
}

func (p *pushing) count() int {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return len(p.acknowledged)
}

// await waits for that many more.
func (p *pushing) await(t *testing.T, more int) {
	t.Helper()
	before := p.count()
	waiter := &Pod{t: t}
	waiter.Eventually(fmt.Sprintf("%d more pushes", more), func() bool { return p.count() >= before+more })
}

func (p *pushing) stop() (acknowledged map[string]string, failed int) {
	p.done.Store(true)
	p.all.Wait()
	return p.acknowledged, p.failed
}

// startS3 starts an S3 server with the bucket artifacts.
func startS3(t *testing.T) (address string) {
	t.Helper()
	root := t.TempDir()
	for _, dir := range []string{"objects/artifacts", "sidecar"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	address = net.JoinHostPort("127.0.0.1", strconv.Itoa(int(freePort(t))))
	server := exec.Command(program(t, "versitygw", "VERSITYGW_BIN"), "--port", address, "--quiet", "posix", "--sidecar",
		filepath.Join(root, "sidecar"), filepath.Join(root, "objects"))
	server.Env = append(os.Environ(), "ROOT_ACCESS_KEY_ID="+s3Key, "ROOT_SECRET_ACCESS_KEY="+s3Secret)
	run(t, server, address)
	return address
}

// startRedis starts a redis that keeps nothing. Debian's package redis-tools has it under another name.
func startRedis(t *testing.T) (address string) {
	t.Helper()
	port := strconv.Itoa(int(freePort(t)))
	server := exec.Command(program(t, "redis-check-rdb", "REDIS_BIN"), "--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", t.TempDir())
	server.Args[0] = "redis-server"
	run(t, server, net.JoinHostPort("127.0.0.1", port))
	return net.JoinHostPort("127.0.0.1", port)
}

// program finds one that the test needs, and skips the test by name without it.
func program(t *testing.T, name, variable string) string {
	t.Helper()
	if path := os.Getenv(variable); path != "" {
		return path
	}
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("needs %s: install it, or set %s to its binary", name, variable)
	}
	return path
}

func run(t *testing.T, server *exec.Cmd, address string) {
	t.Helper()
	var said bytes.Buffer
	server.Stdout, server.Stderr = &said, &said
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	waiter := &Pod{t: t}
	waiter.Eventually(server.Args[0]+" listens", func() bool {
		connection, err := net.Dial("tcp", address)
		if err != nil {
			return false
		}
		return connection.Close() == nil
	})
}
