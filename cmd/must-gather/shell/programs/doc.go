// Package programs holds what the scripts of `oc adm must-gather` call beside the collector, as functions with arguments: awk, df, kill,
// sed, sleep and sync, and tar, which oc runs by itself. Each does what oc asks of it, and refuses the rest by name: a program that left
// out an option silently would gather something else than was asked for. It knows no shell and no cluster.
package programs
