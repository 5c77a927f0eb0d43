// Package schema reads the API's schema from the custom resource definition that is installed, and lists its leaves: what a user
// can set, by path. Tests over "every field" walk it, so that a new field takes part by itself.
package schema
