// Package extensions is the controller of what runs beside zot. It reports ExtensionsReady.
//
// Extensions that are part of zot itself, metrics and signature checks, are in zot's configuration and so the workload
// controller's; this controller says which extensions are on and whether this version of the operator provides them.
package extensions
