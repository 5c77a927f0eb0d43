// Package s3gateway is what the operator says to the S3 gateway (cmd/s3-gateway): one document, without secrets, that the container
// carries in its environment, and where the pod has its volumes. It is pure, and imports pkg/handover for the names of Secrets' keys;
// pkg/resources writes the document, the gateway reads it.
package s3gateway
