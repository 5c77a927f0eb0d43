// Package objects opens what the gateway keeps objects in: a volume, a bucket of another S3 server, or a container of Azure Blob Storage;
// and puts internal/guard before it.
package objects
