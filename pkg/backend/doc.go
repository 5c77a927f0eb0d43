// Package backend looks at what stands behind a store: at its bucket or container, at its database, and at the provider with which people
// sign in.
//
// zot's own drivers do not say whether these are there: zot v2.1.20 is ready with a wrong key, a bucket that does not exist or a server
// that is away, and answers pushes with 500. So the config agent asks, one small request for each, with the address, the keys and the
// authorities that zot has been given. A request reads, and changes nothing.
//
// The answers become checks of package handover: which fault it is, the server's own words, and what to do. They hold no content of a
// Secret, and nothing that differs from one look to the next, such as the number of a request: they end in a condition.
//
// It is called by cmd/config-agent, and may import pkg/agent and pkg/handover.
package backend
