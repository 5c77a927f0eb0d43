// Package board is where the controllers of one process post their verdicts on a store, and where the readiness controller reads
// them.
//
// It is memory and no more: after a start or a failover it is empty, and the controllers post again as they look at each store.
// So a condition has one author, its controller, and the status one writer, the readiness controller.
package board
