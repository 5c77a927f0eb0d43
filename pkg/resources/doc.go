// Package resources builds the objects of a store, one file for each kind.
//
// Builders are pure functions from an Input to an apply configuration: exactly the fields that we have an opinion on. What a
// builder returns is what the operator owns of that object, so a golden file of it is the ownership set. Builders read the
// effective spec and the facts in their Input, and nothing else.
package resources
