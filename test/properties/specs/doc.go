// Package specs draws stores as users may write them: every field of the API's schema, in every combination that admission takes.
//
// The schema leads (package schema): which fields there are, which are required, and the enumerations, patterns and bounds of their
// values. Where a text must make sense, such as a bucket's name or a regular expression, values.go has a provider for the field; a
// text without one makes the generator's own test fail, so a new field cannot be forgotten. Where fields depend on each other,
// shapes.go decides what a block holds before its fields are drawn, and settle.go mends what blocks far from each other must agree on.
//
// One store in eight is wild: it has texts that only the schema limits. Admission refuses most of these; what it takes must render and
// run like all others.
package specs
