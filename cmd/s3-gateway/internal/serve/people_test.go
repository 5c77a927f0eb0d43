package serve_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/zot-artifact-store/operator/cmd/s3-gateway/internal/serve"
	"github.com/zot-artifact-store/operator/pkg/s3gateway"
)

// open starts a gateway with these rules for the people of a provider.
func open(t *testing.T, dir string, from *provider, rules ...s3gateway.Rule) *gateway {
	t.Helper()
	return start(t, dir, func(o *serve.Options) {
		o.Config.SignIn = &s3gateway.SignIn{Issuer: from.issuer(), ClientID: "zot", Rules: rules}
	})
}

// teams are rules as a store may have them.
var teams = []s3gateway.Rule{
	{Groups: []string{"readers"}, Buckets: []string{"shared"}, Actions: []s3gateway.Action{s3gateway.Read}},
	{
		Groups: []string{"writers"}, Users: []string{"wendy"}, Buckets: []string{"shared", "team-?"},
		Actions: []s3gateway.Action{s3gateway.Read, s3gateway.Write},
	},
	{Groups: []string{"cleaners"}, Buckets: []string{"shared"}, Actions: []s3gateway.Action{s3gateway.Delete}},
	{Groups: []string{"admins"}, Buckets: []string{"*"}, Actions: s3gateway.Actions()},
}

// as is minio's client of somebody who signs in: it buys its keys by itself.
func (g *gateway) as(token string) *minio.Client {
	g.t.Helper()
	bought := must[*credentials.Credentials](g.t)(credentials.NewSTSWebIdentity("http://"+g.address, func() (*credentials.WebIdentityToken, error) {
		return &credentials.WebIdentityToken{Token: token}, nil
	}))
	return g.with(bought)
}

func (g *gateway) with(keys *credentials.Credentials) *minio.Client {
	g.t.Helper()
	return must[*minio.Client](g.t)(minio.New(g.address, &minio.Options{Creds: keys, Transport: g.transport, Region: "us-east-1"}))
}

// refused fails unless the error is S3's own for what somebody may not do.
func refused(t *testing.T, what string, err error) {
	t.Helper()
	if answer := minio.ToErrorResponse(err); answer.Code != "AccessDenied" || answer.StatusCode != http.StatusForbidden {
		t.Errorf("%s: got %v, want AccessDenied", what, err)
	}
}

func TestRightsFollowGroups(t *testing.T) {
	ctx := context.Background()
	people := newProvider(t)
	g := open(t, t.TempDir(), people, teams...)
	admin, reader, writer := g.as(people.token("anna", "admins")), g.as(people.token("rob", "readers")), g.as(people.token("will", "writers"))
	for _, bucket := range []string{"shared", "team-a", "private"} {
		if err := admin.MakeBucket(ctx, bucket, minio.MakeBucketOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	put := func(client *minio.Client, bucket, key string) error {
		_, err := client.PutObject(ctx, bucket, key, bytesOf(10), 10, minio.PutObjectOptions{})
		return err
	}
	for _, bucket := range []string{"shared", "team-a"} {
		if err := put(writer, bucket, "object"); err != nil {
			t.Errorf("a writer in %s: %v", bucket, err)
		}
	}
	if err := put(admin, "private", "secret"); err != nil {
		t.Error(err)
	}
	if got := read(t, reader, "shared", "object", minio.GetObjectOptions{}); len(got) != 10 {
		t.Errorf("a reader got %d bytes", len(got))
	}
	refused(t, "a reader writes", put(reader, "shared", "object"))
	refused(t, "a writer elsewhere", put(writer, "private", "object"))
	refused(t, "a writer deletes", writer.RemoveObject(ctx, "shared", "object", minio.RemoveObjectOptions{}))
	refused(t, "a writer makes a bucket", writer.MakeBucket(ctx, "team-b", minio.MakeBucketOptions{}))
	refused(t, "a writer opens a bucket", writer.SetBucketPolicy(ctx, "team-a", `{"Statement":[{"Effect":"Allow","Principal":"*",`+
		`"Action":"s3:GetObject","Resource":"arn:aws:s3:::team-a/*"}]}`))
	_, err := writer.CopyObject(ctx, minio.CopyDestOptions{Bucket: "shared", Object: "stolen"}, minio.CopySrcOptions{Bucket: "private", Object: "secret"})
	refused(t, "a writer copies what he may not read", err)
	for range reader.RemoveObjects(ctx, "shared", named("object"), minio.RemoveObjectsOptions{}) {
	}
	if _, err := reader.StatObject(ctx, "shared", "object", minio.StatObjectOptions{}); err != nil {
		t.Errorf("a reader has deleted: %v", err)
	}

	for client, want := range map[*minio.Client]string{admin: "private shared team-a", reader: "shared", writer: "shared team-a", g.client(): "private shared team-a"} {
		var names []string
		for _, bucket := range must[[]minio.BucketInfo](t)(client.ListBuckets(ctx)) {
			names = append(names, bucket.Name)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("sees %q, want %q", got, want)
		}
	}
	// A rule may name somebody, and rules add up.
	wendy := g.as(people.token("wendy", "cleaners", "unheard-of"))
	if err := put(wendy, "team-a", "hers"); err != nil {
		t.Error(err)
	}
	if err := wendy.RemoveObject(ctx, "shared", "object", minio.RemoveObjectOptions{}); err != nil {
		t.Error(err)
	}
	refused(t, "what is deleted elsewhere", wendy.RemoveObject(ctx, "team-a", "hers", minio.RemoveObjectOptions{}))
	if err := admin.RemoveObject(ctx, "team-a", "hers", minio.RemoveObjectOptions{}); err != nil {
		t.Error(err)
	}
	if err := admin.RemoveBucket(ctx, "shared"); err != nil {
		t.Error(err)
	}
}

func named(keys ...string) <-chan minio.ObjectInfo {
	out := make(chan minio.ObjectInfo, len(keys))
	for _, key := range keys {
		out <- minio.ObjectInfo{Key: key}
	}
	close(out)
	return out
}

func TestWhatSessionsDoBesides(t *testing.T) {
	ctx := context.Background()
	people := newProvider(t)
	g := open(t, t.TempDir(), people, teams...)
	admin := g.as(people.token("anna", "admins"))
	if err := admin.MakeBucket(ctx, "team-a", minio.MakeBucketOptions{}); err != nil {
		t.Fatal(err)
	}
	writer := g.as(people.token("will", "writers"))

	// The limit holds for them too.
	_, err := writer.PutObject(ctx, "team-a", "above", bytesOf(mib+1), mib+1, minio.PutObjectOptions{})
	refusedAsTooLarge(t, err)

	// A presigned URL carries the session token.
	link := must[*url.URL](t)(writer.PresignedPutObject(ctx, "team-a", "linked", time.Minute))
	request := must[*http.Request](t)(http.NewRequest(http.MethodPut, link.String(), strings.NewReader("linked")))
	response := must[*http.Response](t)(g.transport.RoundTrip(request))
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("a presigned upload: %s", response.Status)
	}
	core := &minio.Core{Client: writer}
	id := must[string](t)(core.NewMultipartUpload(ctx, "team-a", "parts", minio.PutObjectOptions{}))
	part := must[minio.ObjectPart](t)(core.PutObjectPart(ctx, "team-a", "parts", id, 1, bytesOf(mib), mib, minio.PutObjectPartOptions{}))
	must[minio.UploadInfo](t)(core.CompleteMultipartUpload(ctx, "team-a", "parts", id,
		[]minio.CompletePart{{PartNumber: 1, ETag: part.ETag}}, minio.PutObjectOptions{}))
}

// A bucket's own policy adds to the rules, and takes from them.
func TestPoliciesOfBuckets(t *testing.T) {
	ctx := context.Background()
	people := newProvider(t)
	g := open(t, t.TempDir(), people, teams...)
	admin, reader, writer := g.as(people.token("anna", "admins")), g.as(people.token("rob", "readers")), g.as(people.token("will", "writers"))
	if err := admin.MakeBucket(ctx, "team-a", minio.MakeBucketOptions{}); err != nil {
		t.Fatal(err)
	}
	must[minio.UploadInfo](t)(writer.PutObject(ctx, "team-a", "object", bytesOf(10), 10, minio.PutObjectOptions{}))
	_, err := reader.StatObject(ctx, "team-a", "object", minio.StatObjectOptions{})
	if minio.ToErrorResponse(err).StatusCode != http.StatusForbidden {
		t.Errorf("before the policy: %v", err)
	}

	policy := func(principal string) string {
		return `{"Statement": [{"Effect": "Allow", "Principal": ` + principal + `, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::team-a/*"},
			{"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::team-a/locked/*"}]}`
	}
	if err := admin.SetBucketPolicy(ctx, "team-a", policy(`"*"`)); err != nil {
		t.Fatal(err)
	}
	if got := read(t, reader, "team-a", "object", minio.GetObjectOptions{}); len(got) != 10 {
		t.Errorf("the policy gives nothing: %d bytes", len(got))
	}
	_, err = writer.PutObject(ctx, "team-a", "locked/object", bytesOf(10), 10, minio.PutObjectOptions{})
	refused(t, "what the policy denies", err)
	must[minio.UploadInfo](t)(writer.PutObject(ctx, "team-a", "open/object", bytesOf(10), 10, minio.PutObjectOptions{}))

	for _, principal := range []string{`{"AWS": "will"}`, `{"AWS": "ASIAAAAAAAAAAAAAAAAA"}`} {
		if err := admin.SetBucketPolicy(ctx, "team-a", policy(principal)); minio.ToErrorResponse(err).Code != "MalformedPolicy" {
			t.Errorf("for %s: %v", principal, err)
		}
	}
}

// A policy is not asked about the key that a form of a browser names, so there is no form where there is a policy.
func TestFormsGoAroundNoPolicy(t *testing.T) {
	ctx := context.Background()
	people := newProvider(t)
	g := open(t, t.TempDir(), people, teams...)
	admin := g.as(people.token("anna", "admins"))
	if err := admin.MakeBucket(ctx, "bucket", minio.MakeBucketOptions{}); err != nil {
		t.Fatal(err)
	}
	if status := form(t, g, admin, 10); status != http.StatusNoContent {
		t.Errorf("without a policy: %d", status)
	}
	policy := `{"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::bucket/form"}]}`
	if err := admin.SetBucketPolicy(ctx, "bucket", policy); err != nil {
		t.Fatal(err)
	}
	if status := form(t, g, admin, 10); status != http.StatusForbidden {
		t.Errorf("with a policy: %d", status)
	}
	must[minio.UploadInfo](t)(admin.PutObject(ctx, "bucket", "other", bytesOf(10), 10, minio.PutObjectOptions{}))
	if status := form(t, g, g.client(), 10); status != http.StatusNoContent {
		t.Errorf("root: %d", status)
	}
}

// Who asks for a list in pages learns no name that is not his.
func TestAListInPages(t *testing.T) {
	ctx := context.Background()
	people := newProvider(t)
	g := open(t, t.TempDir(), people, teams...)
	for _, bucket := range []string{"aaa", "shared", "team-a", "team-aa", "team-b", "zzz"} {
		if err := g.client().MakeBucket(ctx, bucket, minio.MakeBucketOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	keys := must[*credentials.Credentials](t)(credentials.NewSTSWebIdentity("http://"+g.address, func() (*credentials.WebIdentityToken, error) {
		return &credentials.WebIdentityToken{Token: people.token("will", "writers")}, nil
	}))
	bought := must[credentials.Value](t)(keys.GetWithContext(&credentials.CredContext{Client: http.DefaultClient}))
	client := s3.New(s3.Options{
		BaseEndpoint: aws.String("http://" + g.address), Region: "us-east-1", UsePathStyle: true,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{
				AccessKeyID: bought.AccessKeyID, SecretAccessKey: bought.SecretAccessKey, SessionToken: bought.SessionToken,
			}, nil
		}),
	})
	for size, want := range map[int32]string{1: "shared|team-a|team-b|", 2: "shared,team-a|team-b|", 3: "shared,team-a,team-b|"} {
		got, token := "", (*string)(nil)
		for {
			page := must[*s3.ListBucketsOutput](t)(client.ListBuckets(ctx, &s3.ListBucketsInput{MaxBuckets: &size, ContinuationToken: token}))
			var names []string
			for _, bucket := range page.Buckets {
				names = append(names, *bucket.Name)
			}
			got += strings.Join(names, ",") + "|"
			if token = page.ContinuationToken; token == nil || *token == "" {
				break
			}
			if !strings.Contains(got, *token) {
				t.Errorf("pages of %d tell of %s", size, *token)
			}
		}
		if got != want {
			t.Errorf("pages of %d: %s, want %s", size, got, want)
		}
	}
}

func TestSessionsOutliveARestartAndTheProvider(t *testing.T) {
	ctx := context.Background()
	people := newProvider(t)
	dir := t.TempDir()
	g := open(t, dir, people, teams...)
	keys := must[*credentials.Credentials](t)(credentials.NewSTSWebIdentity("http://"+g.address, func() (*credentials.WebIdentityToken, error) {
		return &credentials.WebIdentityToken{Token: people.token("anna", "admins", "writers")}, nil
	}))
	bought := must[credentials.Value](t)(keys.GetWithContext(&credentials.CredContext{Client: http.DefaultClient}))
	static := credentials.NewStaticV4(bought.AccessKeyID, bought.SecretAccessKey, bought.SessionToken)
	if err := g.with(static).MakeBucket(ctx, "team-a", minio.MakeBucketOptions{}); err != nil {
		t.Fatal(err)
	}
	g.stop()
	people.stop()

	// Without the provider the gateway starts all the same; who has keys goes on, nobody gets new ones, and the rules are those of now.
	g = open(t, dir, people, teams[1])
	if got := must[[]minio.BucketInfo](t)(g.with(static).ListBuckets(ctx)); len(got) != 1 {
		t.Errorf("sees %v", got)
	}
	refused(t, "a bucket, with rules that no longer give it", g.with(static).MakeBucket(ctx, "team-b", minio.MakeBucketOptions{}))
	must[[]minio.BucketInfo](t)(g.client().ListBuckets(ctx))
	if status, code, text := g.ask(asking(people.token("will", "writers"))); status != 400 || code != "IDPCommunicationError" {
		t.Errorf("without the provider: %d %s", status, text)
	}
	if code, text := g.get("/readyz"); code != http.StatusOK {
		t.Errorf("without the provider it is not ready: %s", text)
	}
	people.start()
	if status, _, text := g.ask(asking(people.token("will", "writers"))); status != http.StatusOK {
		t.Errorf("with the provider again: %d %s", status, text)
	}
	g.stop()

	// Other root keys end all sessions.
	put(t, dir+"/secrets", "root", map[string]string{s3gateway.RootSecretKey: "another-secret"})
	g = open(t, dir, people, teams...)
	if _, err := g.with(static).ListBuckets(ctx); minio.ToErrorResponse(err).Code != "InvalidToken" {
		t.Errorf("after other root keys: %v", err)
	}
}
