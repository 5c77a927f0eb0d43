package backends

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// s3Server is versitygw on a folder: a bucket is a folder in it.
type s3Server struct {
	*process
	t            *testing.T
	dir, address string
	arguments    []string
}

const rootKey, rootSecret = "root-access-key", "root-secret-key"

func newS3(t *testing.T, arguments ...string) *s3Server {
	t.Helper()
	if os.Getenv("BACKENDS_VERSITYGW") == "" {
		t.Skip("BACKENDS_VERSITYGW is not set: hack/backends.sh builds versitygw")
	}
	return &s3Server{t: t, dir: t.TempDir(), address: freeAddress(t), arguments: arguments}
}

// start starts it, or starts it again.
func (s *s3Server) start(key, secret string) {
	s.t.Helper()
	for _, dir := range []string{"objects", "accounts", "sidecar"} {
		if err := os.MkdirAll(filepath.Join(s.dir, dir), 0o700); err != nil {
			s.t.Fatal(err)
		}
	}
	arguments := append([]string{
		"--port", s.address, "--access", key, "--secret", secret, "--iam-dir", filepath.Join(s.dir, "accounts"),
	}, s.arguments...)
	arguments = append(arguments, "posix", "--sidecar", filepath.Join(s.dir, "sidecar"), filepath.Join(s.dir, "objects"))
	s.process = start(s.t, nil, os.Getenv("BACKENDS_VERSITYGW"), arguments...)
	listens(s.t, s.address)
}

func (s *s3Server) bucket(name string) {
	s.t.Helper()
	if err := os.Mkdir(filepath.Join(s.dir, "objects", name), 0o700); err != nil {
		s.t.Fatal(err)
	}
}

// user makes an account that may nothing.
func (s *s3Server) user(key, secret string) {
	s.t.Helper()
	made := start(s.t, nil, os.Getenv("BACKENDS_VERSITYGW"), "admin", "--access", rootKey, "--secret", rootSecret,
		"--endpoint-url", "http://"+s.address, "create-user", "--access", key, "--secret", secret, "--role", "user")
	<-made.ended
	if code := made.command.ProcessState.ExitCode(); code != 0 {
		s.t.Fatalf("make an account: %s", made.log)
	}
}

func keys(key, secret string) map[string]string {
	return map[string]string{"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret}
}

func TestS3(t *testing.T) {
	server := newS3(t)
	s := newStore(t, `
storage:
  type: s3
  s3:
    endpoint: http://`+server.address+`
    bucket: artifacts
    accessKeySecret: s3
    secretKeySecret: s3
`, content{"s3": keys(rootKey, rootSecret)}, nil)

	// zot is ready in all of these: what is wrong shows in the agent's words alone.
	s.finds(handover.SubjectStorage, handover.FaultUnreachable, "http://"+server.address, "connection refused")
	server.start(rootKey, rootSecret)
	s.finds(handover.SubjectStorage, handover.FaultNotFound, `"artifacts"`, "NoSuchBucket")
	s.ready()
	s.fails()
	server.bucket("artifacts")
	s.finds(handover.SubjectStorage, "")
	s.works()
	if entries, err := os.ReadDir(filepath.Join(server.dir, "objects", "artifacts", "zot")); err != nil || len(entries) == 0 {
		t.Errorf("nothing of it is below zot/ in the bucket: %v", err)
	}
	begun := s.started()

	s.secret("s3", keys("nobody", rootSecret))
	s.finds(handover.SubjectStorage, handover.FaultCredentialsRefused, `Secret "s3"`, "InvalidAccessKeyId")
	s.restarts(begun + 1)
	s.secret("s3", keys(rootKey, "wrong"))
	s.finds(handover.SubjectStorage, handover.FaultCredentialsRefused, `Secret "s3"`, "SignatureDoesNotMatch")
	server.user("guest", "guest-secret")
	s.secret("s3", keys("guest", "guest-secret"))
	s.finds(handover.SubjectStorage, handover.FaultAccessDenied, `Secret "s3"`, "AccessDenied")

	// What a rotation is: the server has new keys, and then the Secret has.
	server.stop()
	server.start("second-access-key", "second-secret-key")
	s.secret("s3", keys("second-access-key", "second-secret-key"))
	s.finds(handover.SubjectStorage, "")
	s.restarts(begun + 4)
	s.works()
}
