// Package properties holds what must be so for every store, and the tests that look whether it is.
//
// Over thousands of drawn stores (package specs) the tests render zot's configuration as the operator does, put in what the config
// agent would, and judge it by zot's schema and rules (package zotschema) and, with ZOT_BIN, by the real zot.
//
// Over every leaf of the API's schema (package schema) the coverage test changes one value and looks at everything that is
// rendered: exactly the objects may change that the table names. A new field without a row fails.
package properties
