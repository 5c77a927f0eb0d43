package validation

import (
	"fmt"
	"strings"
)

// s3api is a store whose S3 API keeps objects so.
func s3api(storage string) string { return `extensions: {s3api: {storage: {` + storage + `}}}` }

// s3apiOn is the path of a field of its storage.
func s3apiOn(fields ...string) []string {
	var out []string
	for _, name := range fields {
		out = append(out, "spec.extensions.s3api.storage."+name)
	}
	return out
}

// s3apiAt is a bucket with those settings.
func s3apiAt(settings string) string {
	return s3api(`type: s3, s3: {bucket: objects, ` + settings + `}`)
}

// s3apiFor is an S3 API with these rules, for people who can sign in.
func s3apiFor(rules string) string {
	return `extensions: {rbac: {keycloak: {url: "https://sso", realm: zot, clientId: zot, clientSecretName: sso}}, s3api: {access: [` + rules + `]}}`
}

// s3apiRule is a rule that differs in these settings.
func s3apiRule(settings string) string {
	return s3apiFor(`{` + settings + `}`)
}

const s3apiAccessAt = "spec.extensions.s3api.access"

// manyUsers are as many as the schema allows, with names as long as it allows.
func manyUsers() string {
	var names []string
	for i := range 256 {
		names = append(names, fmt.Sprintf("%0256d", i))
	}
	return `["` + strings.Join(names, `", "`) + `"]`
}

var s3apiRows = []row{
	{rule: "s3api-max-upload-size", spec: `extensions: {s3api: {maxUploadSize: 10Gi}}`},
	{rule: "s3api-max-upload-size", spec: `extensions: {s3api: {maxUploadSize: "0"}}`, refused: at("spec.extensions.s3api.maxUploadSize")},
	{rule: "s3api-max-upload-size", spec: `extensions: {s3api: {maxUploadSize: 1m}}`, refused: at("spec.extensions.s3api.maxUploadSize")},

	{rule: "s3api-google", spec: `extensions: {s3api: {}}`},
	{rule: "s3api-google", spec: gcp("abc") + "\nextensions: {s3api: {storage: {}}}"},
	{rule: "s3api-google", spec: gcp("abc") + "\nextensions: {s3api: {enabled: false}}"},
	{rule: "s3api-google", spec: gcp("abc") + "\nextensions: {s3api: {}}", refused: at("spec.extensions.s3api.storage")},

	{rule: "s3api-storage-type", spec: s3api(`type: filesystem`)},
	{rule: "s3api-storage-type", spec: s3api(`type: gcp`), refused: s3apiOn("type")},

	{rule: "s3api-storage-union", spec: s3api(`size: 1Gi`)},
	{rule: "s3api-storage-union", spec: s3apiAt(`region: us-east-1`)},
	{rule: "s3api-storage-union", spec: s3api(`type: s3`), refused: s3apiOn("s3")},
	{rule: "s3api-storage-union", spec: s3api(`type: azure, s3: {bucket: abc}`), refused: s3apiOn("s3", "azure")},
	{rule: "s3api-storage-union", spec: s3api(`azure: {accountName: abc, container: abc}`), refused: s3apiOn("azure")},

	{rule: "s3api-volume-alone", spec: s3api(`size: 1Gi, storageClassName: fast, deletionPolicy: Delete`)},
	{
		rule: "s3api-volume-alone", refused: s3apiOn("size", "storageClassName", "deletionPolicy"),
		spec: s3api(`type: s3, s3: {bucket: abc, region: a}, size: 1Gi, storageClassName: fast, deletionPolicy: Delete`),
	},

	{rule: "s3api-volume", spec: s3api(`size: 1Mi, storageClassName: fast, deletionPolicy: Retain`)},
	{rule: "s3api-volume", spec: s3api(`size: "20"`), refused: s3apiOn("size")},
	{rule: "s3api-volume", spec: s3api(`storageClassName: ""`), refused: s3apiOn("storageClassName")},
	{rule: "s3api-volume", spec: s3api(`storageClassName: Fast_SSD`), refused: s3apiOn("storageClassName")},
	{rule: "s3api-volume", spec: s3api(`deletionPolicy: Keep`), refused: s3apiOn("deletionPolicy")},

	{rule: "s3api-volume-shrink", old: s3api(`size: 1Gi`), spec: s3api(`size: 2Gi`)},
	{rule: "s3api-volume-shrink", old: s3api(`size: 60Gi`), spec: `extensions: {s3api: {enabled: false}}`},
	{rule: "s3api-volume-shrink", old: s3api(`size: 60Gi`), spec: s3apiAt(`region: us-east-1`)},
	{rule: "s3api-volume-shrink", old: s3api(`size: 2Gi`), spec: s3api(`size: 1Gi`), refused: s3apiOn("size")},
	{rule: "s3api-volume-shrink", old: s3api(`size: 60Gi`), spec: `extensions: {s3api: {}}`, refused: s3apiOn("size")},
	// The volume's class is slow.
	{rule: "s3api-volume-class", s3: volume(true, "1Gi", "1Gi"), old: s3api(`size: 1Gi`), spec: s3api(`storageClassName: slow`)},
	{rule: "s3api-volume-class", s3: volume(true, "1Gi", "1Gi"), old: s3api(`storageClassName: slow`), spec: s3api(`size: 1Gi`)},
	{rule: "s3api-volume-class", old: s3api(`storageClassName: slow`), spec: s3api(`storageClassName: fast`)},
	{
		rule: "s3api-volume-class", s3: volume(true, "1Gi", "1Gi"), old: s3api(`storageClassName: slow`), spec: s3api(`storageClassName: fast`),
		refused: s3apiOn("storageClassName"),
	},
	{
		rule: "s3api-volume-class", s3: volume(true, "1Gi", "1Gi"), old: s3api(`size: 1Gi`), spec: s3api(`storageClassName: fast`),
		refused: s3apiOn("storageClassName"),
	},
	{
		rule: "s3api-volume-class", s3: &Volume{Claim: "store-s3-data"}, old: s3api(`size: 1Gi`), spec: s3api(`storageClassName: none`),
		refused: s3apiOn("storageClassName"),
	},
	{rule: "s3api-volume-shrink", s3: volume(true, "2Gi", "1Gi"), old: s3api(`size: 2Gi`), spec: s3api(`size: 1Gi`)},

	{rule: "s3api-volume-grow", s3: volume(true, "1Gi", "1Gi"), old: s3api(`size: 1Gi`), spec: s3api(`size: 2Gi`)},
	{rule: "s3api-volume-grow", s3: volume(false, "1Gi", "1Gi"), old: s3apiAt(`region: a`), spec: s3api(`size: 2Gi`)},
	{
		rule: "s3api-volume-grow", s3: volume(false, "1Gi", "1Gi"), old: s3api(`size: 1Gi`), spec: s3api(`size: 2Gi`),
		refused: s3apiOn("size"),
	},

	{rule: "s3api-bucket", spec: s3apiAt(`region: us-east-1`)},
	{rule: "s3api-bucket", spec: s3api(`type: s3, s3: {region: a}`), refused: s3apiOn("s3.bucket")},
	{rule: "s3api-bucket", spec: s3api(`type: s3, s3: {bucket: "s3://abc"}`), refused: s3apiOn("s3.bucket")},
	{rule: "s3api-bucket", spec: s3api(`type: s3, s3: {bucket: 10.0.0.1}`), refused: s3apiOn("s3.bucket")},

	{rule: "s3api-endpoint", spec: s3apiAt(`endpoint: "http://minio:9000"`)},
	{rule: "s3api-endpoint", spec: s3apiAt(`endpoint: "ftp://minio"`), refused: s3apiOn("s3.endpoint")},
	{rule: "s3api-endpoint", spec: s3apiAt(`endpoint: "https://minio/bucket"`), refused: s3apiOn("s3.endpoint")},

	{rule: "s3api-region", spec: s3apiAt(`endpoint: minio.example.com`)},
	{rule: "s3api-region", spec: s3apiAt(`endpoint: s3.amazonaws.com`), refused: s3apiOn("s3.region")},
	{rule: "s3api-region", spec: s3apiAt(`region: "a b"`), refused: s3apiOn("s3.region")},

	{rule: "s3api-credentials", spec: s3apiAt(`region: us-east-1, accessKeySecret: a, secretKeySecret: a`)},
	{rule: "s3api-credentials", spec: s3apiAt(`accessKeySecret: a`), refused: s3apiOn("s3.secretKeySecret")},
	{rule: "s3api-credentials", spec: s3apiAt(`secretKeySecret: a`), refused: s3apiOn("s3.accessKeySecret")},
	{
		rule: "s3api-credentials", spec: s3apiAt(`accessKeySecret: A_b, secretKeySecret: A_b`),
		refused: s3apiOn("s3.accessKeySecret", "s3.secretKeySecret"),
	},
	{
		rule: "s3api-credentials", spec: s3api(`type: azure, azure: {accountName: abc, container: abc, credentialsSecret: A_b}`),
		refused: s3apiOn("azure.credentialsSecret"),
	},

	{rule: "s3api-container", spec: s3api(`type: azure, azure: {accountName: abc, container: a-b}`)},
	{
		rule: "s3api-container", spec: s3api(`type: azure, azure: {accountName: abc.blob.core.windows.net, container: a--b}`),
		refused: s3apiOn("azure.accountName", "azure.container"),
	},

	{
		rule: "s3api-service-url",
		spec: s3api(`type: azure, azure: {accountName: abc, container: abc, credentialsSecret: a, serviceURL: "http://azurite:10000/abc"}`),
	},
	{
		rule: "s3api-service-url", refused: s3apiOn("azure.serviceURL"),
		spec: s3api(`type: azure, azure: {accountName: abc, container: abc, serviceURL: "http://azurite:10000/abc"}`),
	},
	{
		rule: "s3api-service-url", refused: s3apiOn("azure.serviceURL"),
		spec: s3api(`type: azure, azure: {accountName: abc, container: abc, serviceURL: "azurite:10000"}`),
	},

	{rule: "s3api-own-place", spec: "storage: {type: s3, s3: {bucket: artifacts, region: us-east-1}}\n" + s3apiAt(`region: us-east-1`)},
	{
		rule: "s3api-own-place", spec: "storage: {type: s3, s3: {bucket: objects, region: us-east-1}}\n" + s3apiAt(`endpoint: minio`),
		refused: s3apiOn("s3.bucket"),
	},
	{
		rule: "s3api-own-place", spec: gcp("objects") + "\n" + s3apiAt(`endpoint: storage.googleapis.com`), refused: s3apiOn("s3.bucket"),
	},
	{
		rule: "s3api-own-place", refused: s3apiOn("azure.container"),
		spec: "storage: {type: azure, azure: {accountName: abc, container: abc}}\n" +
			s3api(`type: azure, azure: {accountName: abc, container: abc}`),
	},
	{
		rule: "s3api-own-place",
		spec: "storage: {type: azure, azure: {accountName: abc, container: abc}}\n" +
			s3api(`type: azure, azure: {accountName: other, container: abc}`),
	},

	{rule: "s3api-access-sign-in", spec: s3apiRule(`buckets: [a], groups: [g], actions: [read]`)},
	{rule: "s3api-access-sign-in", spec: `extensions: {s3api: {enabled: false, access: [{buckets: [a], groups: [g], actions: [read]}]}}`},
	{
		rule: "s3api-access-sign-in", spec: `extensions: {s3api: {access: [{buckets: [a], groups: [g], actions: [read]}]}}`,
		refused: at(s3apiAccessAt),
	},
	{
		rule: "s3api-access-sign-in", refused: at(s3apiAccessAt),
		spec: "auth: {htpasswd: {secretName: users}}\nextensions: {s3api: {access: [{buckets: [a], groups: [g], actions: [read]}]}}",
	},

	{rule: "s3api-access-buckets", spec: s3apiRule(`buckets: ["*", "team-?", my.objects-1], groups: [g], actions: [read]`)},
	{rule: "s3api-access-buckets", spec: s3apiRule(`groups: [g], actions: [read]`), refused: at(s3apiAccessAt + "[0].buckets")},
	{
		rule: "s3api-access-buckets", spec: s3apiRule(`buckets: [Team, a/b, "[a]", a, a], groups: [g], actions: [read]`),
		refused: at(s3apiAccessAt+"[0].buckets[4]", s3apiAccessAt+"[0].buckets[0]", s3apiAccessAt+"[0].buckets[1]", s3apiAccessAt+"[0].buckets[2]"),
	},
	{
		rule: "s3api-access-buckets", spec: s3apiFor(strings.Repeat(`{buckets: [a], groups: [g], actions: [read]},`, 65)),
		refused: at(s3apiAccessAt),
	},

	{rule: "s3api-access-people", spec: s3apiRule(`buckets: [a], users: [me], actions: [read]`)},
	{rule: "s3api-access-people", spec: s3apiRule(`buckets: [a], actions: [read]`), refused: at(s3apiAccessAt + "[0].groups")},
	{
		rule: "s3api-access-people", spec: s3apiRule(`buckets: [a], users: [""], groups: [g, g], actions: [read]`),
		refused: at(s3apiAccessAt+"[0].users[0]", s3apiAccessAt+"[0].groups[1]"),
	},

	{rule: "s3api-access-actions", spec: s3apiRule(`buckets: [a], users: [me], actions: [read, write, delete, manage]`)},
	{rule: "s3api-access-actions", spec: s3apiRule(`buckets: [a], users: [me]`), refused: at(s3apiAccessAt + "[0].actions")},
	{
		rule: "s3api-access-actions", spec: s3apiRule(`buckets: [a], users: [me], actions: [create, read, read]`),
		refused: at(s3apiAccessAt+"[0].actions[0]", s3apiAccessAt+"[0].actions[2]"),
	},

	{rule: "s3api-access-size", spec: s3apiRule(`buckets: [a], users: [me], actions: [read]`) + "\naccessControl: {groups: [{name: g, users: " + manyUsers() + "}]}"},
	{rule: "s3api-access-size", spec: s3apiRule(`buckets: [a], users: ` + manyUsers() + `, actions: [read]`), refused: at(s3apiAccessAt)},
	{
		rule: "s3api-access-size", refused: at(s3apiAccessAt),
		spec: s3apiRule(`buckets: [a], groups: [g], actions: [read]`) + "\naccessControl: {groups: [{name: g, users: " + manyUsers() + "}]}",
	},
	{
		rule: "s3api-access-size", refused: at(s3apiAccessAt),
		spec: s3apiRule(`buckets: [a], groups: [g], actions: [read]`) + "\naccessControl: {adminPolicy: {users: " + manyUsers() + ", actions: [read]}}",
	},
}
