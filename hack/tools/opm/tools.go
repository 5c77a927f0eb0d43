//go:build tools

// Package opm pins the catalog tool of Operator Lifecycle Manager, whose many dependencies are kept from the other tools.
package opm

import (
	_ "github.com/operator-framework/operator-registry/cmd/opm"
)
