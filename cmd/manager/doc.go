// Command manager is the operator's process: controllers and webhooks for ZotArtifactStores.
package main
