package outside

import (
	"os"
	"path/filepath"
	"testing"
)

// S3 is versitygw on a folder: a bucket is a folder in it.
type S3 struct {
	*Process
	// Address is host and port.
	Address string

	t         *testing.T
	dir       string
	arguments []string
}

// The keys of who may do everything at an S3 server.
const (
	S3Key    = "root-access-key"
	S3Secret = "root-secret-key"
)

// NewS3 prepares a server that does not run yet. The arguments are versitygw's.
func NewS3(t *testing.T, arguments ...string) *S3 {
	t.Helper()
	need(t, "BACKENDS_VERSITYGW", "versitygw")
	return &S3{t: t, dir: t.TempDir(), Address: FreeAddress(t), arguments: arguments}
}

// Beside prepares another server of the same buckets.
func (s *S3) Beside(arguments ...string) *S3 {
	out := *s
	out.Address, out.arguments = FreeAddress(s.t), arguments
	return &out
}

// Arguments are others, for the next start.
func (s *S3) Arguments(arguments ...string) { s.arguments = arguments }

// Start starts it, or starts it again.
func (s *S3) Start(key, secret string) {
	s.t.Helper()
	for _, dir := range []string{"objects", "accounts", "sidecar"} {
		if err := os.MkdirAll(filepath.Join(s.dir, dir), 0o700); err != nil {
			s.t.Fatal(err)
		}
	}
	arguments := append([]string{
		"--port", s.Address, "--access", key, "--secret", secret, "--iam-dir", filepath.Join(s.dir, "accounts"), "--quiet",
	}, s.arguments...)
	arguments = append(arguments, "posix", "--sidecar", filepath.Join(s.dir, "sidecar"), filepath.Join(s.dir, "objects"))
	s.Process = Start(s.t, nil, os.Getenv("BACKENDS_VERSITYGW"), arguments...)
	Listens(s.t, s.Address)
}

// Bucket makes one.
func (s *S3) Bucket(name string) {
	s.t.Helper()
	if err := os.MkdirAll(s.Folder(name), 0o700); err != nil {
		s.t.Fatal(err)
	}
}

// Folder is where a bucket is.
func (s *S3) Folder(bucket string) string { return filepath.Join(s.dir, "objects", bucket) }

// User makes an account that may nothing.
func (s *S3) User(key, secret string) {
	s.t.Helper()
	made := Start(s.t, nil, os.Getenv("BACKENDS_VERSITYGW"), "admin", "--access", S3Key, "--secret", S3Secret,
		"--endpoint-url", "http://"+s.Address, "create-user", "--access", key, "--secret", secret, "--role", "user")
	<-made.Ended()
	if made.ExitCode() != 0 {
		s.t.Fatalf("make an account: %s", made.Log())
	}
}

// need skips the test by name where a server is not there.
func need(t *testing.T, variable, what string) {
	t.Helper()
	if os.Getenv(variable) == "" {
		t.Skipf("needs %s, and %s is not set: hack/backends.sh brings it", what, variable)
	}
}
