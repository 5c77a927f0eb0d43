package node

import (
	"encoding/json"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zot-artifact-store/operator/test/cluster/internal/layout"
)

func testConfig(t *testing.T) Config {
	t.Helper()
	return Config{Run: layout.Run{Name: "test", Dir: t.TempDir()}, Bin: "/cache/bin", KubeletSync: 5 * time.Second}
}

func TestFilesAreFilledIn(t *testing.T) {
	c := testConfig(t)
	if err := writeFiles(c); err != nil {
		t.Fatal(err)
	}
	embedded, err := files.ReadDir("files")
	if err != nil {
		t.Fatal(err)
	}
	if len(embedded) != len(fileNames) {
		t.Errorf("%d files are embedded, %d are written", len(embedded), len(fileNames))
	}
	for _, place := range fileNames {
		content, err := os.ReadFile(c.Run.Path(place))
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"{{", "<no value>"} {
			if strings.Contains(string(content), bad) {
				t.Errorf("%s holds %q", place, bad)
			}
		}
	}
	kubelet, err := os.ReadFile(c.Run.Path("etc/kubelet.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"syncFrequency: 5s\n", "cgroupRoot: /zot-clusters/test\n", "podLogsDir: " + c.Run.Dir} {
		if !strings.Contains(string(kubelet), want) {
			t.Errorf("the kubelet's configuration lacks %q", want)
		}
	}
	cni, err := os.ReadFile(c.Run.Path("etc/cni/10-pods.conflist"))
	if err != nil {
		t.Fatal(err)
	}
	if !json.Valid(cni) {
		t.Errorf("not JSON: %s", cni)
	}
}

func TestComponentsKeepToTheFolderOfTheCluster(t *testing.T) {
	c := testConfig(t)
	names := map[string]bool{}
	for _, phase := range Phases(c) {
		for _, component := range phase {
			if names[component.Name] {
				t.Errorf("two components %s share a log", component.Name)
			}
			names[component.Name] = true
			for _, arg := range component.Args[1:] {
				_, value, _ := strings.Cut(arg, "=")
				if filepath.IsAbs(value) && !strings.HasPrefix(value, c.Run.Dir) {
					t.Errorf("%s: %s leads out of the folder", component.Name, arg)
				}
			}
		}
	}
}

func TestEtcdFsync(t *testing.T) {
	c := testConfig(t)
	const unsafe = "--unsafe-no-fsync"
	if !strings.Contains(strings.Join(etcdServer(c).Args, " "), unsafe) {
		t.Error("etcd waits for the disk")
	}
	c.EtcdFsync = true
	if strings.Contains(strings.Join(etcdServer(c).Args, " "), unsafe) {
		t.Error("etcd does not wait for the disk although it should")
	}
}

func TestRelayCopiesBothWaysAndHalfCloses(t *testing.T) {
	listen := func() net.Listener {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		return l
	}
	server, front := listen(), listen()
	go func() {
		conn, err := server.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		question, _ := io.ReadAll(conn) // ends when the client closes its half
		_, _ = conn.Write(append(question, " answered"...))
	}()
	go relay(front, server.Addr().String())

	conn, err := net.Dial("tcp", front.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte("question")); err != nil {
		t.Fatal(err)
	}
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if answer, err := io.ReadAll(conn); err != nil || string(answer) != "question answered" {
		t.Errorf("got %q, %v", answer, err)
	}
}
