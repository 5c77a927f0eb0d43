// Package types holds the oldest API servers that the operator promises to work with, as the Go types of their API. It is a module of
// its own: these types are the point of it, and only one version of a module fits into a program.
//
// Its tests decode every object that the controllers render for such a server, for every case of test/fixtures, and what
// config/legacy installs. They decode strictly, so a field that came later fails; a server of that age would drop it or refuse the object.
// hack/test.sh renders the objects and runs these tests, in the unit tier.
package types
