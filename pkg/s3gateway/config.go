package s3gateway

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/zot-artifact-store/operator/pkg/handover"
)

// Format is the version of Config. A gateway refuses any other, by name.
const Format = 1

// Config is all that a gateway has to know. It names Secrets and holds none of their values.
type Config struct {
	Format int `json:"format"`
	// MaxUploadSize is the size of the largest object, in bytes. An upload in parts counts as their sum.
	MaxUploadSize int64 `json:"maxUploadSize"`
	// Region is what clients sign for; they may leave it at us-east-1 as well.
	Region string `json:"region"`
	// RootSecret is the Secret with the keys that may do everything.
	RootSecret string `json:"rootSecret"`
	// Filesystem, S3 and Azure say where objects are kept: one of them is there.
	Filesystem *Filesystem `json:"filesystem,omitempty"`
	S3         *S3         `json:"s3,omitempty"`
	Azure      *Azure      `json:"azure,omitempty"`
	// TLS makes the gateway speak https.
	TLS *TLS `json:"tls,omitempty"`
	// CA are authorities that the gateway trusts beside the public ones.
	CA *CA `json:"ca,omitempty"`
	// SignIn lets people buy keys for a time; without it there are the root keys alone.
	SignIn *SignIn `json:"signIn,omitempty"`
}

// Filesystem is the volume at DataDir.
type Filesystem struct{}

// S3 is a bucket of another S3 server.
type S3 struct {
	// Endpoint is the server's URL, empty for Amazon's of the region.
	Endpoint string `json:"endpoint,omitempty"`
	Region   string `json:"region"`
	// Bucket is the only bucket that the gateway shows.
	Bucket string `json:"bucket"`
	// AccessKeySecret and SecretKeySecret may be the same Secret; without them the pod's own identity serves.
	AccessKeySecret string `json:"accessKeySecret,omitempty"`
	SecretKeySecret string `json:"secretKeySecret,omitempty"`
}

// Azure is a container of Azure Blob Storage.
type Azure struct {
	Account string `json:"account"`
	// ServiceURL of the account, empty for the public cloud's.
	ServiceURL string `json:"serviceURL,omitempty"`
	// Container is the only container that the gateway shows, as a bucket.
	Container string `json:"container"`
	// CredentialsSecret holds an account key or a service principal; without it the pod's own identity serves.
	CredentialsSecret string `json:"credentialsSecret,omitempty"`
}

// TLS names the Secrets of the certificate and of its key, which may be the same one.
type TLS struct {
	CertSecret string `json:"certSecret"`
	KeySecret  string `json:"keySecret"`
}

// CA names the Secret or the ConfigMap with certificates of authorities.
type CA struct {
	Secret    string `json:"secret,omitempty"`
	ConfigMap string `json:"configMap,omitempty"`
}

// SignIn says whose tokens buy keys, and what the keys may do.
type SignIn struct {
	// Issuer is the provider, as it calls itself in tokens.
	Issuer string `json:"issuer"`
	// ClientID is for whom tokens have to be: one of their audiences.
	ClientID string `json:"clientId"`
	// Rules add up. Who is named by none of them gets no keys.
	Rules []Rule `json:"rules,omitempty"`
	// Groups have members beside those of whom the provider tells it.
	Groups []Group `json:"groups,omitempty"`
}

// Group is a group of users.
type Group struct {
	Name  string   `json:"name"`
	Users []string `json:"users"`
}

// Rule gives users, and members of groups, actions on buckets.
type Rule struct {
	// Users are claims preferred_username, Groups entries of the claim groups.
	Users  []string `json:"users,omitempty"`
	Groups []string `json:"groups,omitempty"`
	// Buckets are names, in which * stands for any characters and ? for one.
	Buckets []string `json:"buckets"`
	Actions []Action `json:"actions"`
}

// Action is something that can be done with a bucket.
type Action string

// The actions of rules.
const (
	// Read lists and reads objects and their settings.
	Read Action = "read"
	// Write makes objects and writes them over.
	Write Action = "write"
	// Delete deletes objects.
	Delete Action = "delete"
	// Manage makes and deletes buckets, and changes their settings and who else may use them.
	Manage Action = "manage"
)

// Actions are all of them.
func Actions() []Action { return []Action{Read, Write, Delete, Manage} }

// Encode gives the document as the container's environment carries it.
func (c Config) Encode() (string, error) {
	if err := c.validate(); err != nil {
		return "", err
	}
	data, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("encode the S3 gateway's configuration: %w", err)
	}
	return string(data), nil
}

// Decode reads the document and refuses what this gateway does not know: a setting left out silently would be a broken promise.
func Decode(text string) (Config, error) {
	var config Config
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&config); err != nil {
		return Config{}, fmt.Errorf("read the S3 gateway's configuration: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Config{}, errors.New("the S3 gateway's configuration is more than one JSON document")
	}
	return config, config.validate()
}

func (c Config) validate() error {
	backends := 0
	for _, set := range []bool{c.Filesystem != nil, c.S3 != nil, c.Azure != nil} {
		if set {
			backends++
		}
	}
	switch {
	case c.Format != Format:
		return fmt.Errorf("the S3 gateway's configuration has format %d, this gateway reads format %d", c.Format, Format)
	case c.MaxUploadSize <= 0:
		return fmt.Errorf("maxUploadSize is %d: it must be a number of bytes above 0", c.MaxUploadSize)
	case c.RootSecret == "":
		return errors.New("rootSecret is missing: without its keys nobody could call the gateway")
	case c.Region == "":
		return errors.New("region is missing: clients sign for one")
	case backends != 1:
		return fmt.Errorf("%d of filesystem, s3 and azure are set: objects are kept in one place", backends)
	case c.SignIn != nil && (c.SignIn.Issuer == "" || c.SignIn.ClientID == ""):
		return errors.New("signIn lacks its issuer or its clientId: tokens could not be checked")
	case c.S3 != nil && (c.S3.AccessKeySecret == "") != (c.S3.SecretKeySecret == ""):
		return errors.New("s3 has one of accessKeySecret and secretKeySecret: it needs both, or none for the pod's own identity")
	default:
		return nil
	}
}

// Credentials are the values that the gateway takes out of mounted Secrets and ConfigMaps, with the keys under which it looks.
func (c Config) Credentials() []handover.Credential {
	out := []handover.Credential{c.Root()}
	if c.S3 != nil && c.S3.AccessKeySecret != "" {
		out = append(out, handover.AWS(c.S3.AccessKeySecret, c.S3.SecretKeySecret))
	}
	if c.Azure != nil && c.Azure.CredentialsSecret != "" {
		out = append(out, handover.Azure(c.Azure.CredentialsSecret))
	}
	if c.TLS != nil {
		out = append(out, handover.TLS(c.TLS.CertSecret, c.TLS.KeySecret))
	}
	if c.CA != nil {
		out = append(out, handover.CA(c.CA.Secret, c.CA.ConfigMap))
	}
	return out
}

// Root is the credential of the keys that may do everything.
func (c Config) Root() handover.Credential { return handover.AWS(c.RootSecret, c.RootSecret) }
