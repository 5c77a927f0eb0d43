// Package zotconfig turns a store's spec into zot's configuration.
//
// Render is pure and byte-stable: the same spec gives the same bytes. Its output is two documents without secrets (see
// package handover): Boot, what zot reads only at its start, and Live, what it reloads. The config agent merges them with the
// user's Secrets. Input is the effective spec, with every default filled in; spec names are translated and never passed through,
// as zot refuses to start with a key that it does not know.
//
// What is live was found in zot's source (UpdateReloadableConfig in pkg/api/config/config.go, v2.1.20) and tried with its binary:
// http.accessControl with rules, groups, administrators and metrics, and of storage gc, gcDelay, gcInterval, gcTimeWindow and
// retention. zot ends its background tasks before it takes up a change (pkg/cli/server/config_reloader.go), so one that comes amid a
// collection waits until that has stopped.
//
// The types in types.go are our own description of the part of zot's configuration that we write; zot's JSON Schema
// (`zot schema`, v2.1.20) and its validation (pkg/cli/server/root.go) are the source of names and rules.
package zotconfig
