package serve_test

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/xml"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/go-jose/go-jose/v4"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// ask posts a form for keys, and gives status and the code of the error.
func (g *gateway) ask(form url.Values) (status int, code, text string) {
	g.t.Helper()
	response := must[*http.Response](g.t)(http.PostForm("http://"+g.address, form))
	defer response.Body.Close()
	body := must[[]byte](g.t)(io.ReadAll(response.Body))
	var told struct {
		XMLName xml.Name
		Code    string `xml:"Error>Code"`
	}
	if err := xml.Unmarshal(body, &told); err != nil || told.XMLName.Space != "https://sts.amazonaws.com/doc/2011-06-15/" {
		g.t.Errorf("%v, %v: %s", told.XMLName, err, body)
	}
	return response.StatusCode, told.Code, string(body)
}

// asking is a form as AWS's command line sends it.
func asking(token string) url.Values {
	return url.Values{
		"Action": {"AssumeRoleWithWebIdentity"}, "Version": {"2011-06-15"}, "WebIdentityToken": {token},
		"RoleArn": {"arn:aws:iam::000000000000:role/s3"}, "RoleSessionName": {"laptop"},
	}
}

func TestTokensThatBuyNothing(t *testing.T) {
	people := newProvider(t)
	g := open(t, t.TempDir(), people, teams...)
	claims := people.told("will", "writers")
	other := must[*rsa.PrivateKey](t)(rsa.GenerateKey(rand.Reader, 2048))
	public := must[[]byte](t)(jose.JSONWebKey{Key: people.key.Public(), KeyID: "one"}.MarshalJSON())
	signed := func(claims map[string]any) string { return people.sign(jose.RS256, people.key, claims) }
	for name, tc := range map[string]struct {
		token, code string
		status      int
	}{
		"another audience":     {signed(with(claims, "aud", "another")), "InvalidIdentityToken", 400},
		"another issuer":       {signed(with(claims, "iss", "http://elsewhere/realms/people")), "InvalidIdentityToken", 400},
		"about nobody":         {signed(with(claims, "sub", nil)), "InvalidIdentityToken", 400},
		"expired":              {signed(with(claims, "exp", time.Now().Add(-time.Minute).Unix())), "ExpiredTokenException", 400},
		"without an end":       {signed(with(claims, "exp", nil)), "ExpiredTokenException", 400},
		"not valid yet":        {signed(with(claims, "nbf", time.Now().Add(time.Hour).Unix())), "InvalidIdentityToken", 400},
		"of another key":       {people.sign(jose.RS256, other, claims), "InvalidIdentityToken", 400},
		"of the public key":    {people.sign(jose.HS256, public, claims), "InvalidIdentityToken", 400},
		"unsigned":             {people.unsigned(claims), "InvalidIdentityToken", 400},
		"nonsense":             {"nonsense", "InvalidIdentityToken", 400},
		"in no group":          {people.token("nora"), "AccessDenied", 403},
		"in a group of no one": {people.token("nora", "unheard-of", ""), "AccessDenied", 403},
		"without a name":       {people.token(""), "AccessDenied", 403},
		"none":                 {"", "MissingParameter", 400},
	} {
		t.Run(name, func(t *testing.T) {
			status, code, text := g.ask(asking(tc.token))
			if status != tc.status || code != tc.code {
				t.Errorf("got %d %s, want %d %s: %s", status, code, tc.status, tc.code, text)
			}
			if strings.Contains(text, "SecretAccessKey") {
				t.Error("it gave keys")
			}
		})
	}
	// The same token, as it was, is good.
	if status, _, text := g.ask(asking(signed(claims))); status != http.StatusOK || !strings.Contains(text, "<SecretAccessKey>") {
		t.Errorf("got %d %s", status, text)
	}
	if code, text := g.get("/metrics"); code != 200 || !strings.Contains(text, `s3_gateway_sign_ins_total{outcome="refused"} 14`) ||
		!strings.Contains(text, `s3_gateway_sign_ins_total{outcome="given"} 1`) {
		t.Errorf("figures: %s", text)
	}
	if log := g.log.String(); strings.Contains(log, signed(claims)) || !strings.Contains(log, "keys were given") {
		t.Errorf("the log holds a token, or not who got keys: %s", log)
	}
}

func TestTheProviderTakesAnotherKey(t *testing.T) {
	people := newProvider(t)
	g := open(t, t.TempDir(), people, teams...)
	old := people.token("will", "writers")
	for name, token := range map[string]string{"before": old, "again": old} {
		if status, _, text := g.ask(asking(token)); status != http.StatusOK {
			t.Errorf("%s: %d %s", name, status, text)
		}
	}
	people.stop()
	people.rotate("two")
	people.start()
	if status, _, text := g.ask(asking(people.token("will", "writers"))); status != http.StatusOK {
		t.Errorf("with the new key: %d %s", status, text)
	}
	if status, code, text := g.ask(asking(old)); status != http.StatusBadRequest || code != "InvalidIdentityToken" {
		t.Errorf("with a key that the provider no longer has: %d %s", status, text)
	}
}

func TestRequestsThatAreRefused(t *testing.T) {
	people := newProvider(t)
	g := open(t, t.TempDir(), people, teams...)
	for name, tc := range map[string]struct {
		change func(url.Values)
		code   string
		status int
	}{
		"another action":   {func(f url.Values) { f.Set("Action", "AssumeRole") }, "InvalidAction", 400},
		"another version":  {func(f url.Values) { f.Set("Version", "2099-01-01") }, "InvalidAction", 400},
		"a policy":         {func(f url.Values) { f.Set("Policy", "{}") }, "ValidationError", 400},
		"a named policy":   {func(f url.Values) { f.Set("PolicyArns.member.1.arn", "a") }, "ValidationError", 400},
		"another protocol": {func(f url.Values) { f.Set("ProviderId", "www.amazon.com") }, "ValidationError", 400},
		"too short":        {func(f url.Values) { f.Set("DurationSeconds", "899") }, "ValidationError", 400},
		"too long":         {func(f url.Values) { f.Set("DurationSeconds", "43201") }, "ValidationError", 400},
		"too much":         {func(f url.Values) { f.Set("RoleSessionName", strings.Repeat("a", 65<<10)) }, "RequestEntityTooLarge", 413},
	} {
		t.Run(name, func(t *testing.T) {
			form := asking(people.token("will", "writers"))
			tc.change(form)
			if status, code, text := g.ask(form); status != tc.status || code != tc.code {
				t.Errorf("got %d %s, want %d %s: %s", status, code, tc.status, tc.code, text)
			}
		})
	}
}

// A body without a length that never ends is not read for long: nobody has signed it.
func TestABodyWithoutAnEnd(t *testing.T) {
	g := open(t, t.TempDir(), newProvider(t), teams...)
	connection := must[net.Conn](t)(net.Dial("tcp", g.address))
	defer connection.Close()
	if _, err := io.WriteString(connection, "POST / HTTP/1.1\r\nHost: s3\r\nContent-Type: application/x-www-form-urlencoded\r\n"+
		"Transfer-Encoding: chunked\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	chunk := "10000\r\n" + strings.Repeat("a", 0x10000) + "\r\n"
	if _, err := io.WriteString(connection, chunk+chunk); err != nil {
		t.Fatal(err)
	}
	response := must[*http.Response](t)(http.ReadResponse(bufio.NewReader(connection), nil))
	response.Body.Close()
	if response.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("got %s", response.Status)
	}
}

func TestNoBodyAtAll(t *testing.T) {
	g := open(t, t.TempDir(), newProvider(t), teams...)
	response := must[*http.Response](t)(http.Post("http://"+g.address, "", nil))
	response.Body.Close()
	if response.StatusCode != http.StatusBadRequest {
		t.Errorf("got %s", response.Status)
	}
}

func TestKeysAreWorthNothingWithoutTheirToken(t *testing.T) {
	ctx := context.Background()
	people := newProvider(t)
	g := open(t, t.TempDir(), people, teams...)
	buy := func(name string, groups ...string) credentials.Value {
		keys := must[*credentials.Credentials](t)(credentials.NewSTSWebIdentity("http://"+g.address, func() (*credentials.WebIdentityToken, error) {
			return &credentials.WebIdentityToken{Token: people.token(name, groups...)}, nil
		}))
		return must[credentials.Value](t)(keys.GetWithContext(&credentials.CredContext{Client: http.DefaultClient}))
	}
	reader, admin := buy("rob", "readers"), buy("anna", "admins")
	// Another first letter than it has, which is a random one.
	changed := "A" + admin.SessionToken[1:]
	if changed == admin.SessionToken {
		changed = "B" + admin.SessionToken[1:]
	}
	for name, tc := range map[string]struct{ access, secret, token, code string }{
		"as they are":          {admin.AccessKeyID, admin.SecretAccessKey, admin.SessionToken, ""},
		"without the token":    {admin.AccessKeyID, admin.SecretAccessKey, "", "InvalidToken"},
		"somebody's token":     {reader.AccessKeyID, reader.SecretAccessKey, admin.SessionToken, "InvalidToken"},
		"a token alone":        {admin.AccessKeyID, reader.SecretAccessKey, admin.SessionToken, "SignatureDoesNotMatch"},
		"a changed token":      {admin.AccessKeyID, admin.SecretAccessKey, changed, "InvalidToken"},
		"a key that we forged": {"ASIAAAAAAAAAAAAAAAAA", admin.SecretAccessKey, "forged", "InvalidToken"},
		"somebody unknown":     {"AKIAAAAAAAAAAAAAAAAA", "secret", "", "InvalidAccessKeyId"},
		"root with a token":    {rootAccess, rootSecret, admin.SessionToken, "InvalidToken"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := g.with(credentials.NewStaticV4(tc.access, tc.secret, tc.token)).ListBuckets(ctx)
			if got := minio.ToErrorResponse(err).Code; got != tc.code {
				t.Errorf("got %q (%v), want %q", got, err, tc.code)
			}
		})
	}
}

func TestWithoutSignInNobodyBuysKeys(t *testing.T) {
	g := start(t, t.TempDir())
	response := must[*http.Response](t)(http.PostForm("http://"+g.address, asking("token")))
	response.Body.Close()
	if response.StatusCode < http.StatusBadRequest {
		t.Errorf("got %s", response.Status)
	}
}

// What AWS's own library makes of its environment, as pods and people set it.
func TestAWSsLibraryBuysItsKeysByItself(t *testing.T) {
	ctx := context.Background()
	people := newProvider(t)
	g := open(t, t.TempDir(), people, teams...)
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(people.token("anna", "admins")), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": "http://" + g.address, "AWS_ENDPOINT_URL_STS": "http://" + g.address, "AWS_REGION": "us-east-1", "AWS_WEB_IDENTITY_TOKEN_FILE": file,
		"AWS_ROLE_ARN": "arn:aws:iam::000000000000:role/s3", "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_CA_BUNDLE": "",
		"AWS_CONFIG_FILE": "absent", "AWS_SHARED_CREDENTIALS_FILE": "absent",
	} {
		t.Setenv(name, value)
	}
	client := s3.NewFromConfig(must[aws.Config](t)(config.LoadDefaultConfig(ctx)), func(o *s3.Options) { o.UsePathStyle = true })
	bucket, key := "made", "object"
	must[*s3.CreateBucketOutput](t)(client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: &bucket}))
	must[*s3.PutObjectOutput](t)(client.PutObject(ctx, &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader("kept")}))
	if got := read(t, g.client(), bucket, key, minio.GetObjectOptions{}); string(got) != "kept" {
		t.Errorf("got %q", got)
	}
}
