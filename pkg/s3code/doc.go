// Package s3code knows codes of S3 servers that tell more than the status of HTTP. It is pure. The config agent's checks (pkg/backend) and
// the S3 gateway read the answers of their servers by it.
package s3code
