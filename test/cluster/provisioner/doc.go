// Command provisioner serves the StorageClasses of the test cluster with volumes of the type local: directories below one root,
// bound to the node. Local volumes honour fsGroup, which hostPath volumes do not. The requested size is not enforced.
package main
