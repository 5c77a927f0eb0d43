// Package version knows the versions that this build stands for: the operator's own, the zot that it deploys by default, and
// how the tag of a zot image tells which zot is inside.
//
// It imports nothing of this module, so that every other package may use it.
package version
