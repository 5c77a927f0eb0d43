package backends

import (
	"os"
	"testing"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// The metadata of a store on S3 in a real redis with a password.
func TestRedis(t *testing.T) {
	program := os.Getenv("BACKENDS_REDIS")
	if program == "" {
		t.Skip("BACKENDS_REDIS is not set: hack/backends.sh installs redis")
	}
	server := newS3(t)
	server.start(rootKey, rootSecret)
	server.bucket("artifacts")
	address := freeAddress(t)
	host, port := split(t, address)
	start(t, nil, program, "--bind", host, "--port", port, "--requirepass", "the password", "--save", "", "--dir", t.TempDir())
	listens(t, address)
	s := newStore(t, `
storage:
  type: s3
  s3:
    endpoint: http://`+server.address+`
    bucket: artifacts
    accessKeySecret: s3
    secretKeySecret: s3
  cache:
    type: redis
    redis:
      address: `+address+`
      database: 3
      credentialsSecret: redis
`, content{"s3": keys(rootKey, rootSecret), "redis": {"password": "the password"}}, nil)
	s.finds(handover.SubjectCache, "")
	s.finds(handover.SubjectStorage, "")
	s.works()
	s.secret("redis", map[string]string{"password": "another one"})
	s.finds(handover.SubjectCache, handover.FaultCredentialsRefused, `Secret "redis"`, "WRONGPASS")
	s.secret("redis", map[string]string{"password": "the password"})
	s.finds(handover.SubjectCache, "")
	s.ready()
	s.works()
}
