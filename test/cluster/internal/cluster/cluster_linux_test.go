package cluster

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/zot-artifact-store/operator/test/cluster/internal/host"
	"github.com/zot-artifact-store/operator/test/cluster/internal/image"
	"github.com/zot-artifact-store/operator/test/cluster/internal/layout"
	"github.com/zot-artifact-store/operator/test/cluster/internal/progress"
)

// guard switches the test on: it needs root, minutes when the build cache is cold, and a machine of its own kind.
const guard = "ZOT_CLUSTER_TEST"

// footprints are places of the host in which clusters of other kinds leave things behind.
var footprints = []string{
	"/var/lib/kubelet", "/var/lib/cni", "/var/log/pods", "/var/log/containers", "/etc/cni", "/opt/cni", "/opt/containerd",
	"/run/containerd", "/run/netns",
}

func TestLifeOfACluster(t *testing.T) {
	if os.Getenv(guard) == "" {
		t.Skipf("set %s=1 to bring a cluster up", guard)
	}
	c, source := newTestCluster(t)
	ctx := context.Background()
	before := existing(footprints)
	tunables := readTunables(t)
	options := Options{KubeletSync: 5 * time.Second}

	up := func() Record {
		t.Helper()
		c.Progress = progress.NewPrinter(os.Stderr)
		if err := c.Up(ctx, source, options); err != nil {
			t.Fatal(err)
		}
		record, err := c.running()
		if err != nil {
			t.Fatal(err)
		}
		return record
	}
	t.Cleanup(func() { _ = c.Down(ctx) }) // for tests that end early

	crashed := up()
	if err := crashed.Node.Kill(time.Minute); err != nil {
		t.Fatal(err)
	}
	record := up()
	if record.Node == crashed.Node {
		t.Fatal("a cluster that crashed was taken as healthy")
	}
	if again := up(); again.Node != record.Node {
		t.Error("up started a healthy cluster anew")
	}

	checkProbe(t, c, record)
	checkReclaim(t, c)

	members := membersOf(t, record.Node)
	if len(members) < 10 {
		t.Errorf("only %d processes in the cluster: the check below proves nothing", len(members))
	}
	c.Progress = progress.NewPrinter(os.Stderr)
	if err := c.Down(ctx); err != nil {
		t.Fatal(err)
	}
	checkNothingLeft(t, c, members)
	if after := existing(footprints); strings.Join(before, " ") != strings.Join(after, " ") {
		t.Errorf("left behind: before %v, after %v", before, after)
	}
	if after := readTunables(t); after != tunables {
		t.Errorf("kernel settings changed from %s to %s", tunables, after)
	}
	if err := c.Down(ctx); err != nil {
		t.Errorf("down of what is down: %v", err)
	}
}

func newTestCluster(t *testing.T) (*Cluster, string) {
	t.Helper()
	cache, err := layout.OpenCache()
	if err != nil {
		t.Fatal(err)
	}
	run, err := cache.Run("lifetest")
	if err != nil {
		t.Fatal(err)
	}
	source, err := layout.FindSource()
	if err != nil {
		t.Fatal(err)
	}
	return &Cluster{Cache: cache, Run: run, Progress: progress.NewPrinter(os.Stderr)}, source
}

// checkProbe runs a pod, from an image that is pulled by digest, and asks it what it sees.
func checkProbe(t *testing.T, c *Cluster, record Record) {
	t.Helper()
	kubectl(t, c, bytes.NewReader(probeManifest(t, record)), "apply", "--server-side", "-f", "-")
	kubectl(t, c, nil, "wait", "pod/probe-0", "--for=condition=Ready", "--timeout=120s")

	var seen struct {
		Group     uint32
		Addresses []string
		Greeting  string
		Outside   string
		Problems  []string
	}
	forwarded(t, c, "svc/probe", 8080, func(address string) {
		response, err := http.Get("http://" + address + "/report")
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if err := json.NewDecoder(response.Body).Decode(&seen); err != nil {
			t.Fatal(err)
		}
	})
	clusterIP := kubectl(t, c, nil, "get", "service", "probe", "-o", "jsonpath={.spec.clusterIP}")
	if len(seen.Problems) > 0 {
		t.Errorf("the probe has problems: %q", seen.Problems)
	}
	if seen.Group != 2000 {
		t.Errorf("group of a file in the volume is %d, want the fsGroup", seen.Group)
	}
	if len(seen.Addresses) != 1 || seen.Addresses[0] != clusterIP {
		t.Errorf("the Service resolves to %v, want %s", seen.Addresses, clusterIP)
	}
	if seen.Greeting != "hello" {
		t.Errorf("the Service answers %q", seen.Greeting)
	}
	if !strings.Contains(seen.Outside, "no such host") {
		t.Errorf("a name of the outside: %q, want that it does not exist", seen.Outside)
	}
	if got := kubectl(t, c, nil, "logs", "probe-0"); !strings.Contains(got, "the probe serves") {
		t.Errorf("logs: %q", got)
	}
	if got := kubectl(t, c, nil, "exec", "probe-0", "--", "/probe", "echo"); strings.TrimSpace(got) != "echo" {
		t.Errorf("exec: %q", got)
	}
	audit, err := os.ReadFile(c.Run.AuditLog())
	if err != nil || !bytes.Contains(audit, []byte(`"name":"probe-0"`)) {
		t.Errorf("the audit log does not know the probe (%v)", err)
	}
}

// probeManifest pushes the image of the probe and names it by digest in the manifest.
func probeManifest(t *testing.T, record Record) []byte {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "probe")
	build := exec.Command("go", "build", "-o", binary, "./testdata/probe")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build probe: %v\n%s", err, output)
	}
	built, err := image.Static{Files: map[string]string{"/probe": binary}, Entrypoint: []string{"/probe"}, User: "1000:1000"}.Build()
	if err != nil {
		t.Fatal(err)
	}
	digest, err := image.Push(context.Background(), record.Registry, "ghcr.io/example/probe:v1", built)
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := os.ReadFile("testdata/probe.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return bytes.ReplaceAll(manifest, []byte("IMAGE"), []byte("ghcr.io/example/probe@"+digest))
}

// checkReclaim deletes the claim and expects that its volume and the directory go.
func checkReclaim(t *testing.T, c *Cluster) {
	t.Helper()
	volumes := func() int {
		entries, err := os.ReadDir(c.Run.Path("volumes"))
		if err != nil {
			t.Fatal(err)
		}
		return len(entries)
	}
	if volumes() != 1 {
		t.Errorf("%d volumes, want that of the probe", volumes())
	}
	kubectl(t, c, nil, "delete", "pod/probe-0", "pvc/data")
	for deadline := time.Now().Add(30 * time.Second); volumes() > 0; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the volume of a deleted claim is still there")
		}
	}
}

// forwarded calls use with an address that kubectl forwards to the target.
func forwarded(t *testing.T, c *Cluster, target string, port int, use func(address string)) {
	t.Helper()
	cmd := exec.Command(c.Cache.Binary("kubectl"), "--kubeconfig="+c.Run.Kubeconfig(), "port-forward", target, ":"+strconv.Itoa(port))
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	line := make([]byte, 256)
	n, err := output.Read(line)
	if err != nil {
		t.Fatalf("port-forward: %v", err)
	}
	address := regexp.MustCompile(`127\.0\.0\.1:\d+`).FindString(string(line[:n]))
	if address == "" {
		t.Fatalf("port-forward says %q", line[:n])
	}
	use(address)
}

func kubectl(t *testing.T, c *Cluster, stdin io.Reader, args ...string) string {
	t.Helper()
	cmd := exec.Command(c.Cache.Binary("kubectl"), append([]string{"--kubeconfig=" + c.Run.Kubeconfig()}, args...)...)
	cmd.Stdin = stdin
	var errors bytes.Buffer
	cmd.Stderr = &errors
	output, err := cmd.Output()
	if err != nil {
		t.Fatalf("kubectl %s: %v\n%s%s", strings.Join(args, " "), err, output, errors.String())
	}
	return string(output)
}

// membersOf returns the node and all of its descendants.
func membersOf(t *testing.T, n host.Process) []host.Process {
	t.Helper()
	entries, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	parents := map[int]int{}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		status, err := os.ReadFile(filepath.Join("/proc", e.Name(), "status"))
		if err != nil {
			continue
		}
		if m := regexp.MustCompile(`(?m)^PPid:\s+(\d+)`).FindSubmatch(status); m != nil {
			parents[pid], _ = strconv.Atoi(string(m[1]))
		}
	}
	var members []host.Process
	for pid := range parents {
		for ancestor := pid; ancestor > 1; ancestor = parents[ancestor] {
			if ancestor != n.PID {
				continue
			}
			if p, err := host.Identify(pid); err == nil {
				members = append(members, p)
			}
			break
		}
	}
	return members
}

func checkNothingLeft(t *testing.T, c *Cluster, members []host.Process) {
	t.Helper()
	for _, p := range members {
		if p.Alive() {
			t.Errorf("process %d is still there", p.PID)
		}
	}
	mounts, err := host.MountsBelow(c.Run.Dir)
	if err != nil || len(mounts) > 0 {
		t.Errorf("mounts are left: %v %v", mounts, err)
	}
	for _, pattern := range []string{c.Run.Dir, "/sys/fs/cgroup" + c.Run.Cgroup(), "/sys/fs/cgroup/*" + c.Run.Cgroup()} {
		if left, _ := filepath.Glob(pattern); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	}
}

func existing(paths []string) []string {
	var found []string
	for _, p := range paths {
		if _, err := os.Lstat(p); err == nil {
			found = append(found, p)
		}
	}
	return found
}

func readTunables(t *testing.T) string {
	t.Helper()
	var all []string
	for _, name := range []string{"vm/overcommit_memory", "kernel/panic", "kernel/panic_on_oops"} {
		content, err := os.ReadFile(filepath.Join("/proc/sys", name))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, name+"="+strings.TrimSpace(string(content)))
	}
	return strings.Join(all, " ")
}
