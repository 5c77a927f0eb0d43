// Package zotschema is zot's configuration as a judge of what the operator renders.
//
// Config is a tree of every key that zot takes, with types, allowed values and the first version that knows the key. It is in our
// own words, from zot's source (v2.1.20: pkg/api/config, pkg/extensions/config), and stricter than `zot schema`, which takes any
// spelling and checks no value: a key has its documented spelling, and the parameters of the storage, cache and session drivers
// are in the tree, too, which zot passes on unread: those of distribution v3.1 and of go-redis v9.
//
// Rules are what zot checks at its start beyond types (pkg/cli/server/root.go), and what it should check and does not: settings
// that it accepts and that leave the registry open, or that end it a moment later.
//
// With ZOT_BIN the package's test compares the tree with the schema that the binary prints.
package zotschema
