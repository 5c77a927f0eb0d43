// Package serve runs the gateway: S3 by versitygw on one port, the state of the gateway (probes, figures) on another, and a watch over
// what is mounted, as a renewed certificate is taken up at once and rotated keys by a new start.
package serve
