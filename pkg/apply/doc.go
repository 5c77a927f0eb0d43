// Package apply sends intents to the API server, and only those that change something.
//
// It is the one place that writes children of a store, always by server-side apply under the field manager of the controller
// that calls it. Before it writes it looks at the cached object: an object that already carries the intent, and whose hash
// annotation says that nothing of an earlier intent needs to be removed, is left alone. An object of our name that this store does
// not control is never taken over. A delete carries the UID of what it means.
//
// The one exception is a Secret that the operator makes itself: it is created once, with random keys, and never read or applied.
package apply
