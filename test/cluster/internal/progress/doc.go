// Package progress tells the user what happens and how long it took.
package progress
