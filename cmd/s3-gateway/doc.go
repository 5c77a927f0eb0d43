// Command s3-gateway serves the S3 API beside a registry: versitygw as a library, with the limits of the store's spec before its storage,
// which is a volume, bucket or container of its own and never the registry's. The operator runs it as a Deployment (controllers/extensions)
// and says all in one document (pkg/s3gateway). It is a Go module of its own, as versitygw has many dependencies.
package main
