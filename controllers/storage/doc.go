// Package storage is the controller of a store's volume. It owns the PersistentVolumeClaim and reports StorageReady.
package storage
