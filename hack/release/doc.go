// Command release does for hack/release.sh what a shell should not.
//
//	release check     refuses a version, or a version to replace, that cannot be one, and a digest that is none; prints what the release
//	                  is told, with what the sources say where nothing was typed
//	release template  prints the catalog's template with the release in its channels
//	release pack      packs a folder into a tar.gz whose bytes depend on names and contents alone
//	release sbom      writes the bill of materials of an image: CycloneDX, from what Go has written into its programs
//	release seal      writes provenance.intoto.json and SHA256SUMS beside the files of a release
//
// Nothing that it writes has the time of its making, a random number or a path of the machine in it: the same sources give the same bytes.
package main
