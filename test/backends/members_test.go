package backends

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zot-artifact-store/operator/apis/v1alpha1"
	"github.com/zot-artifact-store/operator/pkg/names"
	"github.com/zot-artifact-store/operator/test/outside"
	"github.com/zot-artifact-store/operator/test/pod"
)

// Several zots on one bucket and one redis: whoever pushes where, also while one of them is killed and comes back, and on the way from two
// to three and back, no tag whose push was acknowledged is lost, and every member finds it. The way leads through none, as the operator
// goes it.
func TestMembers(t *testing.T) {
	pod.NeedsZot(t)
	s3, redis := outside.NewS3(t), outside.NewRedis(t, "", nil)
	s3.Start(outside.S3Key, outside.S3Secret)
	s3.Bucket("artifacts")
	ring := &ring{t: t, spec: fmt.Sprintf(`
storage:
  type: s3
  s3: {endpoint: "http://%s", region: us-east-1, bucket: artifacts, accessKeySecret: s3, secretKeySecret: s3}
  cache: {type: redis, redis: {address: "%s"}}`, s3.Address, redis.Address)}

	ring.begin(2)
	pushing := ring.push()
	pushing.await(t, 40)
	killed := ring.members[1]
	killed.Kill()
	killed.Eventually("zot serves again", killed.Serves)
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
			if got, err := member.Pull(pod.User{}, repository, tag); err != nil || got.String() != digest {
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
	members []*pod.Pod
}

// begin starts that many.
func (r *ring) begin(count int) {
	r.t.Helper()
	spec := pod.Spec(r.t, r.spec)
	spec.Replicas = new(int32(count)) //nolint:gosec // a handful
	store := v1alpha1.ZotArtifactStore{}
	store.Namespace, store.Name, store.UID = pod.Namespace, "shared", "a-uid"
	var members []*pod.Pod
	for range count {
		members = append(members, pod.Of(r.t, store))
	}
	for i, member := range members {
		member.Secret("s3", keys(outside.S3Key, outside.S3Secret))
		member.Member, member.Hosts = i, map[string]string{}
		// On the loopback each has a port of its own, and no Service.
		for j, other := range members {
			host := names.MemberHost(pod.Namespace, "shared", j)
			member.Hosts[host+":"+portOf(member)] = "localhost:" + portOf(other)
		}
		member.Give(spec)
		member.Begin()
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.members = members
}

func portOf(p *pod.Pod) string { return strconv.Itoa(int(p.Port())) }

// end ends all, before any other begins.
func (r *ring) end() {
	r.mutex.Lock()
	members := r.members
	r.members = nil
	r.mutex.Unlock()
	for _, member := range members {
		member.Terminate()
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
	r.t.Cleanup(func() { p.stop() })
	for who := range 4 {
		p.all.Go(func() {
			for n := 0; !p.done.Load(); n++ {
				r.mutex.RLock()
				members := r.members
				r.mutex.RUnlock()
				if len(members) == 0 {
					time.Sleep(10 * time.Millisecond) // Others need the processor meanwhile.
					continue
				}
				repository, tag := fmt.Sprintf("team/app-%d", n%3), fmt.Sprintf("by-%d-%d", who, n)
				digest, err := members[(who+n)%len(members)].Push(pod.User{}, repository, tag)
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
	outside.Eventually(t, fmt.Sprintf("%d more pushes", more), func() bool { return p.count() >= before+more })
}

func (p *pushing) stop() (acknowledged map[string]string, failed int) {
	p.done.Store(true)
	p.all.Wait()
	return p.acknowledged, p.failed
}
