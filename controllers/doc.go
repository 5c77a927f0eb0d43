// Package controllers adds the operator's five controllers to a manager, and nothing else.
package controllers
