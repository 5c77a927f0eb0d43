// Package readiness is the controller of the status. It owns no object; it folds what the other controllers have posted on the
// board into the store's status, is that status' only writer, and tells transitions as events.
package readiness
