package backends

import (
	"testing"

	"github.com/zot-artifact-store/operator/pkg/handover"
	"github.com/zot-artifact-store/operator/test/outside"
)

// The metadata of a store on S3 in a real redis with a password.
func TestRedis(t *testing.T) {
	t.Parallel()
	database := outside.NewRedis(t, "the password", nil)
	server := outside.NewS3(t)
	server.Start(outside.S3Key, outside.S3Secret)
	server.Bucket("artifacts")
	s := newStore(t, `
storage:
  type: s3
  s3:
    endpoint: http://`+server.Address+`
    bucket: artifacts
    accessKeySecret: s3
    secretKeySecret: s3
  cache:
    type: redis
    redis:
      address: `+database.Address+`
      database: 3
      credentialsSecret: redis
`, content{"s3": keys(outside.S3Key, outside.S3Secret), "redis": {"password": "the password"}}, nil)
	s.finds(handover.SubjectCache, "")
	s.finds(handover.SubjectStorage, "")
	s.works()
	s.Secret("redis", map[string]string{"password": "another one"})
	s.finds(handover.SubjectCache, handover.FaultCredentialsRefused, `Secret "redis"`, "WRONGPASS")
	s.Secret("redis", map[string]string{"password": "the password"})
	s.finds(handover.SubjectCache, "")
	s.ready()
	s.works()
}
