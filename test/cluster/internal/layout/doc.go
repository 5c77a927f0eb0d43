// Package layout says where the test cluster keeps its files: binaries in the cache, everything of one cluster below one
// directory that goes away with it.
package layout
